//! AWS: actions on resources.
//!
//! A permission is a statement's, one for each action and resource: the operation is the action, the object the
//! resource, both with the wildcards that the policy has; `!` before a list by commas is `NotAction` or `NotResource`.
//! Its subject is the user, group or role that the policy is attached to. A permission boundary is a subject with
//! permissions, and an edge `bounded_by` from whom it bounds. A trust policy is edges `assumes` to the role: from
//! `service:lambda.amazonaws.com`, `account:<number>`, `anyone`, a pipeline, or a user or role by its ARN. A role that
//! the source lists and to which no such edge leads trusts nobody; one that it does not list may trust whoever asks.

use crate::Platform;
use crate::Relation::{
    self, ActsAsViaCompute as Computes, Assumes, CanGrant as Grants, EditsTrust as Trusts,
    ReadsSecretOf as Reads,
};
use crate::rules::Reach::{
    self, Account, AssumedRoles, AwsRoles, AwsUsers, JoinedGroups, OwnGroup, OwnRole, OwnUser,
    PassedRole, ServiceRole,
};
use crate::rules::Rule;

const fn row(
    id: &'static str,
    relation: Relation,
    reach: Reach,
    needs: &'static [&'static str],
    _source: &'static str,
) -> Rule {
    let (platform, same_object, does) = (Platform::Aws, false, "");
    Rule {
        id,
        platform,
        relation,
        needs,
        same_object,
        reach,
        does,
    }
}

/// A row whose actions must be allowed on the same resource.
const fn linked(
    id: &'static str,
    relation: Relation,
    reach: Reach,
    needs: &'static [&'static str],
    source: &'static str,
) -> Rule {
    let same_object = true;
    Rule {
        same_object,
        ..row(id, relation, reach, needs, source)
    }
}

// `PC` is Datadog's pathfinding.cloud, `RS` Rhino Security Labs' AWS-IAM-Privilege-Escalation, `PR` prowler's check of IAM
// privilege escalation, `CS` cloudsplaining's list.
#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    row("aws-apprunner-001", Computes, PassedRole("tasks.apprunner"), &["iam:PassRole", "apprunner:CreateService"], "PC apprunner-001"),
    row("aws-apprunner-002", Computes, ServiceRole("tasks.apprunner"), &["apprunner:UpdateService"], "PC apprunner-002"),
    row("aws-bedrock-001", Computes, PassedRole("bedrock-agentcore"), &["iam:PassRole", "bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"], "PC bedrock-001"),
    row("aws-bedrock-002", Computes, ServiceRole("bedrock-agentcore"), &["bedrock-agentcore:StartCodeInterpreterSession", "bedrock-agentcore:InvokeCodeInterpreter"], "PC bedrock-002"),
    row("aws-cloudformation-001", Computes, PassedRole("cloudformation"), &["iam:PassRole", "cloudformation:CreateStack"], "PC cloudformation-001"),
    row("aws-cloudformation-002", Computes, ServiceRole("cloudformation"), &["cloudformation:UpdateStack"], "PC cloudformation-002"),
    row("aws-cloudformation-003", Computes, PassedRole("cloudformation"), &["iam:PassRole", "cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"], "PC cloudformation-003"),
    row("aws-cloudformation-004", Computes, PassedRole("cloudformation"), &["iam:PassRole", "cloudformation:UpdateStackSet"], "PC cloudformation-004"),
    row("aws-cloudformation-005", Computes, ServiceRole("cloudformation"), &["cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"], "PC cloudformation-005"),
    row("aws-codebuild-001", Computes, PassedRole("codebuild"), &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"], "PC codebuild-001"),
    row("aws-codebuild-002", Computes, ServiceRole("codebuild"), &["codebuild:StartBuild"], "PC codebuild-002"),
    row("aws-codebuild-003", Computes, ServiceRole("codebuild"), &["codebuild:StartBuildBatch"], "PC codebuild-003"),
    row("aws-codebuild-004", Computes, PassedRole("codebuild"), &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuildBatch"], "PC codebuild-004"),
    row("aws-datapipeline-001", Computes, PassedRole("datapipeline"), &["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"], "PC datapipeline-001"),
    row("aws-ec2-001", Computes, PassedRole("ec2"), &["iam:PassRole", "ec2:RunInstances"], "PC ec2-001"),
    row("aws-ec2-002", Computes, ServiceRole("ec2"), &["ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"], "PC ec2-002"),
    row("aws-ec2-003", Computes, PassedRole("ec2"), &["iam:PassRole", "ec2:RequestSpotInstances"], "PC ec2-003"),
    row("aws-ec2-004", Computes, ServiceRole("ec2"), &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"], "PC ec2-004"),
    row("aws-ec2instanceconnect-003", Computes, ServiceRole("ec2"), &["ec2-instance-connect:SendSSHPublicKey", "ec2:DescribeInstances"], "PC ec2instanceconnect-003"),
    row("aws-ecs-001", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:CreateService"], "PC ecs-001"),
    row("aws-ecs-002", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition", "ecs:RunTask"], "PC ecs-002"),
    row("aws-ecs-003", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:CreateService"], "PC ecs-003"),
    row("aws-ecs-004", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"], "PC ecs-004"),
    row("aws-ecs-005", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:StartTask"], "PC ecs-005"),
    row("aws-glue-001", Computes, PassedRole("glue"), &["iam:PassRole", "glue:CreateDevEndpoint"], "PC glue-001"),
    row("aws-glue-002", Computes, ServiceRole("glue"), &["glue:UpdateDevEndpoint"], "PC glue-002"),
    row("aws-glue-003", Computes, PassedRole("glue"), &["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"], "PC glue-003"),
    row("aws-glue-004", Computes, PassedRole("glue"), &["iam:PassRole", "glue:CreateJob", "glue:CreateTrigger"], "PC glue-004"),
    row("aws-glue-005", Computes, PassedRole("glue"), &["iam:PassRole", "glue:UpdateJob", "glue:StartJobRun"], "PC glue-005"),
    row("aws-glue-006", Computes, PassedRole("glue"), &["iam:PassRole", "glue:UpdateJob", "glue:CreateTrigger"], "PC glue-006"),
    row("aws-iam-001", Grants, Account, &["iam:CreatePolicyVersion"], "PC iam-001"),
    row("aws-iam-002", Reads, AwsUsers, &["iam:CreateAccessKey"], "PC iam-002"),
    row("aws-iam-003", Reads, AwsUsers, &["iam:CreateAccessKey", "iam:DeleteAccessKey"], "PC iam-003"),
    row("aws-iam-004", Reads, AwsUsers, &["iam:CreateLoginProfile"], "PC iam-004"),
    row("aws-iam-005", Grants, OwnRole, &["iam:PutRolePolicy"], "PC iam-005"),
    row("aws-iam-006", Reads, AwsUsers, &["iam:UpdateLoginProfile"], "PC iam-006"),
    row("aws-iam-007", Grants, OwnUser, &["iam:PutUserPolicy"], "PC iam-007"),
    row("aws-iam-008", Grants, OwnUser, &["iam:AttachUserPolicy"], "PC iam-008"),
    row("aws-iam-009", Grants, OwnRole, &["iam:AttachRolePolicy"], "PC iam-009"),
    row("aws-iam-010", Grants, OwnGroup, &["iam:AttachGroupPolicy"], "PC iam-010"),
    row("aws-iam-011", Grants, OwnGroup, &["iam:PutGroupPolicy"], "PC iam-011"),
    row("aws-iam-012", Trusts, AwsRoles, &["iam:UpdateAssumeRolePolicy"], "PC iam-012"),
    row("aws-iam-013", Grants, JoinedGroups, &["iam:AddUserToGroup"], "PC iam-013"),
    linked("aws-iam-014", Grants, Account, &["iam:AttachRolePolicy", "sts:AssumeRole"], "PC iam-014"),
    linked("aws-iam-015", Grants, Account, &["iam:AttachUserPolicy", "iam:CreateAccessKey"], "PC iam-015"),
    row("aws-iam-016", Grants, Account, &["iam:CreatePolicyVersion", "sts:AssumeRole"], "PC iam-016"),
    linked("aws-iam-017", Grants, Account, &["iam:PutRolePolicy", "sts:AssumeRole"], "PC iam-017"),
    linked("aws-iam-018", Grants, Account, &["iam:PutUserPolicy", "iam:CreateAccessKey"], "PC iam-018"),
    linked("aws-iam-019", Grants, Account, &["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"], "PC iam-019"),
    row("aws-iam-020", Grants, Account, &["iam:CreatePolicyVersion", "iam:UpdateAssumeRolePolicy"], "PC iam-020"),
    linked("aws-iam-021", Grants, Account, &["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], "PC iam-021"),
    row("aws-lambda-001", Computes, PassedRole("lambda"), &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "PC lambda-001"),
    row("aws-lambda-002", Computes, PassedRole("lambda"), &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"], "PC lambda-002"),
    row("aws-lambda-003", Computes, ServiceRole("lambda"), &["lambda:UpdateFunctionCode"], "PC lambda-003"),
    row("aws-lambda-004", Computes, ServiceRole("lambda"), &["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], "PC lambda-004"),
    row("aws-lambda-005", Computes, ServiceRole("lambda"), &["lambda:UpdateFunctionCode", "lambda:AddPermission"], "PC lambda-005"),
    row("aws-lambda-006", Computes, PassedRole("lambda"), &["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"], "PC lambda-006"),
    row("aws-sagemaker-001", Computes, PassedRole("sagemaker"), &["iam:PassRole", "sagemaker:CreateNotebookInstance"], "PC sagemaker-001"),
    row("aws-sagemaker-002", Computes, PassedRole("sagemaker"), &["iam:PassRole", "sagemaker:CreateTrainingJob"], "PC sagemaker-002"),
    row("aws-sagemaker-003", Computes, PassedRole("sagemaker"), &["iam:PassRole", "sagemaker:CreateProcessingJob"], "PC sagemaker-003"),
    row("aws-sagemaker-004", Computes, ServiceRole("sagemaker"), &["sagemaker:CreatePresignedNotebookInstanceUrl"], "PC sagemaker-004"),
    row("aws-sagemaker-005", Computes, ServiceRole("sagemaker"), &["sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:StopNotebookInstance", "sagemaker:UpdateNotebookInstance", "sagemaker:StartNotebookInstance"], "PC sagemaker-005"),
    row("aws-ssm-001", Computes, ServiceRole("ec2"), &["ssm:StartSession"], "PC ssm-001"),
    row("aws-ssm-002", Computes, ServiceRole("ec2"), &["ssm:SendCommand"], "PC ssm-002"),
    row("aws-sts-001", Assumes, AssumedRoles, &["sts:AssumeRole"], "PC sts-001"),
    row("aws-rhino-02", Grants, Account, &["iam:SetDefaultPolicyVersion"], "RS 2"),
    linked("aws-rhino-14", Trusts, AwsRoles, &["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], "RS 14"),
    row("aws-rhino-17", Computes, PassedRole("lambda"), &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping", "dynamodb:PutItem", "dynamodb:CreateTable"], "RS 17"),
    row("aws-rhino-22", Computes, PassedRole("datapipeline"), &["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"], "RS 22"),
    row("aws-rhino-23", Grants, Account, &["codestar:CreateProjectFromTemplate"], "RS 23"),
    row("aws-rhino-24", Computes, PassedRole("codestar"), &["iam:PassRole", "codestar:CreateProject"], "RS 24"),
    row("aws-rhino-25", Grants, Account, &["codestar:CreateProject", "codestar:AssociateTeamMember"], "RS 25"),
    row("aws-rhino-26", Computes, ServiceRole("lambda"), &["lambda:UpdateFunctionConfiguration"], "RS 26"),
    row("aws-rhino-27", Computes, PassedRole("sagemaker"), &["iam:PassRole", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"], "RS 27"),
    row("aws-prowler-overpermissiveiam", Grants, Account, &["iam:*"], "PR OverPermissiveIAM"),
    row("aws-prowler-iamput", Grants, Account, &["iam:Put*"], "PR IAMPut"),
    row("aws-prowler-passrole-createautoscaling", Computes, PassedRole("ec2"), &["iam:PassRole", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateLaunchConfiguration"], "PR PassRole+CreateAutoScaling"),
    row("aws-prowler-passrole-updateautoscaling", Computes, PassedRole("ec2"), &["iam:PassRole", "autoscaling:CreateLaunchConfiguration", "autoscaling:UpdateAutoScalingGroup"], "PR PassRole+UpdateAutoScaling"),
    row("aws-prowler-passrole-ecs-starttask", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:DeregisterContainerInstance", "ecs:RegisterContainerInstance", "ecs:StartTask"], "PR PassRole+ECS+StartTask"),
    row("aws-prowler-passrole-ecs-runtask", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:RunTask"], "PR PassRole+ECS+RunTask"),
    row("aws-prowler-ecs-executecommand", Computes, ServiceRole("ecs-tasks"), &["ecs:DescribeTasks", "ecs:ExecuteCommand"], "PR ECS+ExecuteCommand"),
    row("aws-prowler-agentcoreinvokeruntimecommand", Computes, ServiceRole("bedrock-agentcore"), &["bedrock-agentcore:InvokeAgentRuntimeCommand"], "PR AgentCoreInvokeRuntimeCommand"),
    row("aws-prowler-passrole-agentcorecreateruntime-invokeruntimecommand", Computes, PassedRole("bedrock-agentcore"), &["iam:PassRole", "bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:CreateAgentRuntimeEndpoint", "bedrock-agentcore:CreateWorkloadIdentity", "bedrock-agentcore:InvokeAgentRuntimeCommand"], "PR PassRole+AgentCoreCreateRuntime+InvokeRuntimeCommand"),
    row("aws-prowler-passrole-agentcorecreateharness-invokeruntimecommand", Computes, PassedRole("bedrock-agentcore"), &["iam:PassRole", "bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:CreateAgentRuntimeEndpoint", "bedrock-agentcore:CreateHarness", "bedrock-agentcore:CreateWorkloadIdentity", "bedrock-agentcore:GetAgentRuntime", "bedrock-agentcore:InvokeAgentRuntimeCommand"], "PR PassRole+AgentCoreCreateHarness+InvokeRuntimeCommand"),
    row("aws-prowler-agentcorebrowsersessionconnect", Computes, ServiceRole("bedrock-agentcore"), &["bedrock-agentcore:ConnectBrowserAutomationStream", "bedrock-agentcore:StartBrowserSession"], "PR AgentCoreBrowserSessionConnect"),
    row("aws-prowler-passrole-agentcorecreatebrowser-connectbrowser", Computes, PassedRole("bedrock-agentcore"), &["iam:PassRole", "bedrock-agentcore:ConnectBrowserAutomationStream", "bedrock-agentcore:CreateBrowser", "bedrock-agentcore:StartBrowserSession"], "PR PassRole+AgentCoreCreateBrowser+ConnectBrowser"),
    row("aws-prowler-passrole-batchregisterjobdef-submitjob", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "batch:RegisterJobDefinition", "batch:SubmitJob"], "PR PassRole+BatchRegisterJobDef+SubmitJob"),
    row("aws-prowler-batchsubmitjob", Computes, ServiceRole("ecs-tasks"), &["batch:SubmitJob"], "PR BatchSubmitJob"),
    row("aws-prowler-passrole-braketcreatejob", Computes, PassedRole("braket"), &["iam:PassRole", "braket:CreateJob"], "PR PassRole+BraketCreateJob"),
    row("aws-prowler-codedeploycreatedeployment", Computes, ServiceRole("ec2"), &["codedeploy:CreateDeployment", "codedeploy:GetDeploymentConfig", "codedeploy:RegisterApplicationRevision"], "PR CodeDeployCreateDeployment"),
    row("aws-prowler-passrole-cognitosetidentitypoolroles", Computes, PassedRole("cognito-identity"), &["iam:PassRole", "cognito-identity:SetIdentityPoolRoles"], "PR PassRole+CognitoSetIdentityPoolRoles"),
    row("aws-prowler-passrole-ecsstarttaskexistingcluster", Computes, PassedRole("ecs-tasks"), &["iam:PassRole", "ecs:StartTask"], "PR PassRole+ECSStartTaskExistingCluster"),
    row("aws-prowler-passrole-emrrunjobflow", Computes, PassedRole("elasticmapreduce"), &["iam:PassRole", "elasticmapreduce:RunJobFlow"], "PR PassRole+EMRRunJobFlow"),
    row("aws-prowler-passrole-emrserverlesscreateapp-startjobrun", Computes, PassedRole("emr-serverless"), &["iam:PassRole", "emr-serverless:CreateApplication", "emr-serverless:StartJobRun"], "PR PassRole+EMRServerlessCreateApp+StartJobRun"),
    row("aws-prowler-passrole-gameliftcreatebuild-createfleet", Computes, PassedRole("gamelift"), &["iam:PassRole", "gamelift:CreateBuild", "gamelift:CreateFleet", "gamelift:RequestUploadCredentials"], "PR PassRole+GameLiftCreateBuild+CreateFleet"),
    row("aws-prowler-passrole-gluecreatesession-runstatement", Computes, PassedRole("glue"), &["iam:PassRole", "glue:CreateSession", "glue:RunStatement"], "PR PassRole+GlueCreateSession+RunStatement"),
    row("aws-prowler-passrole-imagebuildercreatecomponent-createimage", Computes, PassedRole("ec2"), &["iam:PassRole", "imagebuilder:CreateComponent", "imagebuilder:CreateImage", "imagebuilder:CreateImageRecipe", "imagebuilder:CreateInfrastructureConfiguration"], "PR PassRole+ImageBuilderCreateComponent+CreateImage"),
    row("aws-prowler-passrole-kinesisanalyticscreateapp-startapp", Computes, PassedRole("kinesisanalytics"), &["iam:PassRole", "kinesisanalytics:CreateApplication", "kinesisanalytics:StartApplication"], "PR PassRole+KinesisAnalyticsCreateApp+StartApp"),
    row("aws-prowler-passrole-omicscreateworkflow-startrun", Computes, PassedRole("omics"), &["iam:PassRole", "omics:CreateWorkflow", "omics:StartRun", "s3:GetObject"], "PR PassRole+OmicsCreateWorkflow+StartRun"),
    row("aws-prowler-passrole-schedulercreateschedule", Computes, PassedRole("scheduler"), &["iam:PassRole", "scheduler:CreateSchedule"], "PR PassRole+SchedulerCreateSchedule"),
    row("aws-prowler-passrole-ssmcreatedocument-startautomation", Computes, PassedRole("ssm"), &["iam:PassRole", "ssm:CreateDocument", "ssm:StartAutomationExecution"], "PR PassRole+SSMCreateDocument+StartAutomation"),
    row("aws-prowler-passrole-stepfunctionscreatestatemachine-startexecution", Computes, PassedRole("states"), &["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"], "PR PassRole+StepFunctionsCreateStateMachine+StartExecution"),
    row("aws-prowler-stepfunctionsupdatestatemachine-startexecution", Computes, ServiceRole("states"), &["states:StartExecution", "states:UpdateStateMachine"], "PR StepFunctionsUpdateStateMachine+StartExecution"),
    row("aws-prowler-iam-deleteuserpermissionsboundary", Grants, OwnUser, &["iam:DeleteUserPermissionsBoundary"], "PR iam:DeleteUserPermissionsBoundary"),
    linked("aws-prowler-assumerole-deleterolepermissionsboundary", Grants, Account, &["iam:DeleteRolePermissionsBoundary", "sts:AssumeRole"], "PR AssumeRole+DeleteRolePermissionsBoundary"),
    row("aws-prowler-ssocreatepermissionset-createaccountassignment-attachmanagedpolicy", Grants, Account, &["sso:AttachManagedPolicyToPermissionSet", "sso:CreateAccountAssignment", "sso:CreatePermissionSet"], "PR SSOCreatePermissionSet+CreateAccountAssignment+AttachManagedPolicy"),
    row("aws-prowler-sso-attachmanagedpolicytopermissionset", Grants, Account, &["sso:AttachManagedPolicyToPermissionSet"], "PR sso:AttachManagedPolicyToPermissionSet"),
    row("aws-prowler-sso-putinlinepolicytopermissionset", Grants, Account, &["sso:PutInlinePolicyToPermissionSet"], "PR sso:PutInlinePolicyToPermissionSet"),
    row("aws-cloudsplaining-passexistingroletonewdatapipeline", Computes, PassedRole("datapipeline"), &["iam:PassRole", "datapipeline:CreatePipeline"], "CS PassExistingRoleToNewDataPipeline"),
];
