//! AWS: each primitive by its actions, and twins that lack one of them, are denied, bounded, or about something else.

use super::super::Case;
use super::super::facts::{Says, source, split};
use portcullis_access::{Platform, SourceFacts};

/// Every primitive with the actions that it needs; the twin lacks the first.
#[rustfmt::skip]
const ACTIONS: &[(&str, &[&str])] = &[
    ("aws-apprunner-001", &["iam:PassRole", "apprunner:CreateService"]),
    ("aws-apprunner-002", &["apprunner:UpdateService"]),
    ("aws-bedrock-001", &["iam:PassRole", "bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"]),
    ("aws-bedrock-002", &["bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"]),
    ("aws-cloudformation-001", &["iam:PassRole", "cloudformation:CreateStack"]),
    ("aws-cloudformation-002", &["cloudformation:UpdateStack"]),
    ("aws-cloudformation-003", &["iam:PassRole", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"]),
    ("aws-cloudformation-004", &["iam:PassRole", "cloudformation:UpdateStackSet"]),
    ("aws-cloudformation-005", &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"]),
    ("aws-codebuild-001", &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"]),
    ("aws-codebuild-002", &["codebuild:StartBuild"]),
    ("aws-codebuild-003", &["codebuild:StartBuildBatch"]),
    ("aws-codebuild-004", &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuildBatch"]),
    ("aws-datapipeline-001", &["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"]),
    ("aws-ec2-001", &["iam:PassRole", "ec2:RunInstances"]),
    ("aws-ec2-002", &["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"]),
    ("aws-ec2-003", &["iam:PassRole", "ec2:RequestSpotInstances"]),
    ("aws-ec2-004", &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"]),
    ("aws-ec2instanceconnect-003", &["ec2-instance-connect:SendSSHPublicKey", "ec2:DescribeInstances"]),
    ("aws-ecs-001", &["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService"]),
    ("aws-ecs-002", &["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"]),
    ("aws-ecs-003", &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:CreateService"]),
    ("aws-ecs-004", &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"]),
    ("aws-ecs-005", &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:StartTask"]),
    ("aws-glue-001", &["iam:PassRole", "glue:CreateDevEndpoint"]),
    ("aws-glue-002", &["glue:UpdateDevEndpoint"]),
    ("aws-glue-003", &["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"]),
    ("aws-glue-004", &["iam:PassRole", "glue:CreateJob", "glue:CreateTrigger"]),
    ("aws-glue-005", &["iam:PassRole", "glue:UpdateJob", "glue:StartJobRun"]),
    ("aws-glue-006", &["iam:PassRole", "glue:UpdateJob", "glue:CreateTrigger"]),
    ("aws-iam-001", &["iam:CreatePolicyVersion"]),
    ("aws-iam-002", &["iam:CreateAccessKey"]),
    ("aws-iam-003", &["iam:CreateAccessKey", "iam:DeleteAccessKey"]),
    ("aws-iam-004", &["iam:CreateLoginProfile"]),
    ("aws-iam-005", &["iam:PutRolePolicy"]),
    ("aws-iam-006", &["iam:UpdateLoginProfile"]),
    ("aws-iam-007", &["iam:PutUserPolicy"]),
    ("aws-iam-008", &["iam:AttachUserPolicy"]),
    ("aws-iam-009", &["iam:AttachRolePolicy"]),
    ("aws-iam-010", &["iam:AttachGroupPolicy"]),
    ("aws-iam-011", &["iam:PutGroupPolicy"]),
    ("aws-iam-012", &["iam:UpdateAssumeRolePolicy"]),
    ("aws-iam-013", &["iam:AddUserToGroup"]),
    ("aws-iam-014", &["iam:AttachRolePolicy", "sts:AssumeRole"]),
    ("aws-iam-015", &["iam:AttachUserPolicy", "iam:CreateAccessKey"]),
    ("aws-iam-016", &["iam:CreatePolicyVersion", "sts:AssumeRole"]),
    ("aws-iam-017", &["iam:PutRolePolicy", "sts:AssumeRole"]),
    ("aws-iam-018", &["iam:PutUserPolicy", "iam:CreateAccessKey"]),
    ("aws-iam-019", &["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"]),
    ("aws-iam-020", &["iam:CreatePolicyVersion", "iam:UpdateAssumeRolePolicy"]),
    ("aws-iam-021", &["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]),
    ("aws-lambda-001", &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]),
    ("aws-lambda-002", &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"]),
    ("aws-lambda-003", &["lambda:UpdateFunctionCode"]),
    ("aws-lambda-004", &["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]),
    ("aws-lambda-005", &["lambda:UpdateFunctionCode", "lambda:AddPermission"]),
    ("aws-lambda-006", &["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"]),
    ("aws-sagemaker-001", &["iam:PassRole", "sagemaker:CreateNotebookInstance"]),
    ("aws-sagemaker-002", &["iam:PassRole", "sagemaker:CreateTrainingJob"]),
    ("aws-sagemaker-003", &["iam:PassRole", "sagemaker:CreateProcessingJob"]),
    ("aws-sagemaker-004", &["sagemaker:CreatePresignedNotebookInstanceUrl"]),
    ("aws-sagemaker-005", &["sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:StopNotebookInstance", "sagemaker:UpdateNotebookInstance", "sagemaker:StartNotebookInstance"]),
    ("aws-ssm-001", &["ssm:StartSession"]),
    ("aws-ssm-002", &["ssm:SendCommand"]),
    ("aws-sts-001", &["sts:AssumeRole"]),
    ("aws-rhino-02", &["iam:SetDefaultPolicyVersion"]),
    ("aws-rhino-14", &["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"]),
    ("aws-rhino-17", &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping", "dynamodb:PutItem", "dynamodb:CreateTable"]),
    ("aws-rhino-22", &["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"]),
    ("aws-rhino-23", &["codestar:CreateProjectFromTemplate"]),
    ("aws-rhino-24", &["codestar:CreateProject", "iam:PassRole"]),
    ("aws-rhino-25", &["codestar:CreateProject", "codestar:AssociateTeamMember"]),
    ("aws-rhino-26", &["lambda:UpdateFunctionConfiguration"]),
    ("aws-rhino-27", &["sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl", "iam:PassRole"]),
    ("aws-prowler-overpermissiveiam", &["iam:*"]),
    ("aws-prowler-iamput", &["iam:Put*"]),
    ("aws-prowler-passrole-createautoscaling", &["autoscaling:CreateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration", "iam:PassRole"]),
    ("aws-prowler-passrole-updateautoscaling", &["autoscaling:CreateLaunchConfiguration", "autoscaling:UpdateAutoScalingGroup", "iam:PassRole"]),
    ("aws-prowler-passrole-ecs-starttask", &["ecs:DeregisterContainerInstance", "ecs:RegisterContainerInstance", "ecs:StartTask", "iam:PassRole"]),
    ("aws-prowler-passrole-ecs-runtask", &["ecs:RunTask", "iam:PassRole"]),
    ("aws-prowler-ecs-executecommand", &["ecs:DescribeTasks", "ecs:ExecuteCommand"]),
    ("aws-prowler-agentcoreinvokeruntimecommand", &["bedrock-agentcore:InvokeAgentRuntimeCommand"]),
    ("aws-prowler-passrole-agentcorecreateruntime-invokeruntimecommand", &["bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:CreateAgentRuntimeEndpoint", "bedrock-agentcore:CreateWorkloadIdentity", "bedrock-agentcore:InvokeAgentRuntimeCommand", "iam:PassRole"]),
    ("aws-prowler-passrole-agentcorecreateharness-invokeruntimecommand", &["bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:CreateAgentRuntimeEndpoint", "bedrock-agentcore:CreateHarness", "bedrock-agentcore:CreateWorkloadIdentity", "bedrock-agentcore:GetAgentRuntime", "bedrock-agentcore:InvokeAgentRuntimeCommand", "iam:PassRole"]),
    ("aws-prowler-agentcorebrowsersessionconnect", &["bedrock-agentcore:ConnectBrowserAutomationStream", "bedrock-agentcore:StartBrowserSession"]),
    ("aws-prowler-passrole-agentcorecreatebrowser-connectbrowser", &["bedrock-agentcore:ConnectBrowserAutomationStream", "bedrock-agentcore:CreateBrowser", "bedrock-agentcore:StartBrowserSession", "iam:PassRole"]),
    ("aws-prowler-passrole-batchregisterjobdef-submitjob", &["batch:RegisterJobDefinition", "batch:SubmitJob", "iam:PassRole"]),
    ("aws-prowler-batchsubmitjob", &["batch:SubmitJob"]),
    ("aws-prowler-passrole-braketcreatejob", &["braket:CreateJob", "iam:PassRole"]),
    ("aws-prowler-codedeploycreatedeployment", &["codedeploy:CreateDeployment", "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision"]),
    ("aws-prowler-passrole-cognitosetidentitypoolroles", &["cognito-identity:SetIdentityPoolRoles", "iam:PassRole"]),
    ("aws-prowler-passrole-ecsstarttaskexistingcluster", &["ecs:StartTask", "iam:PassRole"]),
    ("aws-prowler-passrole-emrrunjobflow", &["elasticmapreduce:RunJobFlow", "iam:PassRole"]),
    ("aws-prowler-passrole-emrserverlesscreateapp-startjobrun", &["emr-serverless:CreateApplication", "emr-serverless:StartJobRun", "iam:PassRole"]),
    ("aws-prowler-passrole-gameliftcreatebuild-createfleet", &["gamelift:CreateBuild", "gamelift:CreateFleet", "gamelift:RequestUploadCredentials", "iam:PassRole"]),
    ("aws-prowler-passrole-gluecreatesession-runstatement", &["glue:CreateSession", "glue:RunStatement", "iam:PassRole"]),
    ("aws-prowler-passrole-imagebuildercreatecomponent-createimage", &["iam:PassRole", "imagebuilder:CreateComponent", "imagebuilder:CreateImage", "imagebuilder:CreateImageRecipe", "imagebuilder:CreateInfrastructureConfiguration"]),
    ("aws-prowler-passrole-kinesisanalyticscreateapp-startapp", &["iam:PassRole", "kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"]),
    ("aws-prowler-passrole-omicscreateworkflow-startrun", &["iam:PassRole", "omics:CreateWorkflow", "omics:StartRun", "s3:GetObject"]),
    ("aws-prowler-passrole-schedulercreateschedule", &["iam:PassRole", "scheduler:CreateSchedule"]),
    ("aws-prowler-passrole-ssmcreatedocument-startautomation", &["iam:PassRole", "ssm:CreateDocument", "ssm:StartAutomationExecution"]),
    ("aws-prowler-passrole-stepfunctionscreatestatemachine-startexecution", &["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"]),
    ("aws-prowler-stepfunctionsupdatestatemachine-startexecution", &["states:StartExecution", "states:UpdateStateMachine"]),
    ("aws-prowler-iam-deleteuserpermissionsboundary", &["iam:DeleteUserPermissionsBoundary"]),
    ("aws-prowler-assumerole-deleterolepermissionsboundary", &["iam:DeleteRolePermissionsBoundary", "sts:AssumeRole"]),
    ("aws-prowler-ssocreatepermissionset-createaccountassignment-attachmanagedpolicy", &["sso:AttachManagedPolicyToPermissionSet", "sso:CreateAccountAssignment", "sso:CreatePermissionSet"]),
    ("aws-prowler-sso-attachmanagedpolicytopermissionset", &["sso:AttachManagedPolicyToPermissionSet"]),
    ("aws-prowler-sso-putinlinepolicytopermissionset", &["sso:PutInlinePolicyToPermissionSet"]),
    ("aws-cloudsplaining-passexistingroletonewdatapipeline", &["iam:PassRole", "datapipeline:CreatePipeline"]),
];

const ROLE: &str = "role:arn:aws:iam::1:role/models";
const USER: &str = "user:arn:aws:iam::1:user/models";
const ANA: &str = "user:arn:aws:iam::1:user/ana";

/// Services that the role trusts, an account that it leaves to its administrators, and a group that the user is in.
fn account() -> SourceFacts {
    let mut account = source("aws", Platform::Aws)
        .lists(ROLE, "role")
        .lists(USER, "human")
        .lists(ANA, "human")
        .lists("group:arn:aws:iam::1:group/admins", "group")
        .edge("account:1", "assumes", ROLE, "trust policy of models")
        .edge(
            "group:arn:aws:iam::1:group/admins",
            "assumes",
            ROLE,
            "trust policy of models",
        );
    for service in [
        "bedrock-agentcore",
        "braket",
        "cloudformation",
        "codebuild",
        "codestar",
        "cognito-identity",
        "datapipeline",
        "ec2",
        "ecs-tasks",
        "elasticmapreduce",
        "emr-serverless",
        "gamelift",
        "glue",
        "kinesisanalytics",
        "lambda",
        "omics",
        "sagemaker",
        "scheduler",
        "ssm",
        "states",
        "tasks.apprunner",
    ] {
        let service = format!("service:{service}.amazonaws.com");
        account = account.edge(&service, "assumes", ROLE, "trust policy of models");
    }
    account
}

pub(crate) fn cases() -> Vec<Case> {
    let question = || split(&[ANA], &[ROLE, USER]);
    let allowed = |actions: &mut dyn Iterator<Item = &&str>| {
        actions.fold(account(), |account, action| {
            account.allows(ANA, action, "*", "policy it")
        })
    };
    let mut cases = Vec::new();
    for (id, actions) in ACTIONS {
        cases.push(Case::new(
            id,
            true,
            question(),
            vec![allowed(&mut actions.iter())],
        ));
        // The twin lacks one action, unless what is left is another primitive; then all is allowed and one is denied.
        let is_primitive = |left: &[&str]| {
            ACTIONS
                .iter()
                .any(|(_, needs)| needs.iter().all(|need| left.contains(need)))
        };
        let lacking = (0..actions.len()).find_map(|lacked| {
            let left = actions
                .iter()
                .enumerate()
                .filter(|(position, _)| *position != lacked);
            let left: Vec<&str> = left.map(|(_, action)| *action).collect();
            (!is_primitive(&left)).then(|| allowed(&mut left.iter()))
        });
        let denied = || {
            actions
                .iter()
                .fold(allowed(&mut actions.iter()), |account, action| {
                    account.denies(ANA, action, "*", "policy no")
                })
        };
        cases.push(Case::new(
            id,
            false,
            question(),
            vec![lacking.unwrap_or_else(denied)],
        ));
    }
    cases
}
