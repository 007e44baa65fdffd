use super::*;

fn canonical(text: &str) -> String {
    text.parse::<GpuModel>().unwrap().to_string()
}

#[test]
fn names_in_the_wild_become_canonical() {
    for (text, expected) in [
        ("NVIDIA H200", "H200"),
        ("H200_141GB_SXM", "H200"),
        ("h200-sxm", "H200"),
        ("NVIDIA H200 NVL", "H200"),
        ("H200-141GB", "H200"),
        ("NVIDIA H100 80GB HBM3", "H100-80GB"),
        ("NVIDIA H100 PCIe", "H100-80GB"),
        ("NVIDIA H100 NVL", "H100-94GB"),
        ("h100", "H100"),
        ("NVIDIA-A100-SXM4-80GB", "A100-80GB"),
        ("NVIDIA A100-PCIE-40GB", "A100-40GB"),
        ("NVIDIA GH200 480GB", "GH200-96GB"),
        ("Tesla V100-SXM2-16GB", "V100-16GB"),
        ("V100M16", "V100-16GB"),
        ("V100M32", "V100-32GB"),
        ("Tesla-T4", "T4"),
        ("t4g", "T4G"),
        ("Tesla P100-PCIE-16GB", "P100-16GB"),
        ("P100", "P100"),
        ("NVIDIA A10G", "A10G"),
        ("A30-24GB", "A30"),
        ("B200-180GB", "B200"),
        ("NVIDIA B200", "B200"),
        ("NVIDIA L40S", "L40S"),
        ("RTX-PRO-6000-96GB", "RTX-PRO-6000"),
        (
            "NVIDIA RTX PRO 6000 Blackwell Server Edition",
            "RTX-PRO-6000",
        ),
        ("rtx-pro-server-6000", "RTX-PRO-6000"),
        ("NVIDIA RTX 6000 Ada", "RTX-6000-ADA"),
        ("NVIDIA GeForce RTX 4090", "RTX-4090"),
        ("AMD Instinct MI300X OAM", "MI300X"),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
        assert!(text.parse::<GpuModel>().unwrap().is_known());
    }
}

#[test]
fn what_is_not_understood_is_kept_as_it_is() {
    for text in [
        "G2",
        "G3",
        "H2000",
        "A100-4GB",
        "NVIDIA A100-SXM4-40GB MIG 1g.5gb",
        "NVIDIA-A100-SXM4-40GB-SHARED",
        "NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition",
    ] {
        let model: GpuModel = text.parse().unwrap();
        assert!(!model.is_known(), "{text}");
        assert_eq!(model.to_string(), text);
    }
    for bad in [
        "",
        " ",
        "--",
        " G2",
        "G2\n",
        "G\u{202e}2",
        "µ",
        &"G".repeat(65),
    ] {
        assert!(bad.parse::<GpuModel>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_demand_without_a_size_accepts_every_size() {
    let model = |text: &str| text.parse::<GpuModel>().unwrap();
    assert!(model("A100").accepts(&model("A100-80GB")));
    assert!(!model("A100-80GB").accepts(&model("A100")));
    assert!(!model("A100-80GB").accepts(&model("A100-40GB")));
    assert!(!model("H20").accepts(&model("H200")));
    assert!(model("A100-80GB").might_accept(&model("A100")));
    assert!(!model("A100-80GB").might_accept(&model("A100-40GB")));
    assert!(model("G2").accepts(&model("G2")));
}

#[test]
fn a_demand_is_known_or_reported_or_gets_a_suggestion() {
    let reported = ["G2", "T4"].map(|text| text.parse::<GpuModel>().unwrap());
    let demanded = |text: &str| GpuModel::demanded(text, &reported);
    assert_eq!(demanded("h200-sxm").unwrap().to_string(), "H200");
    assert_eq!(demanded("G2").unwrap().to_string(), "G2");
    for (text, suggestion) in [
        ("H2000", Some("H200")),
        ("A100-4GB", Some("A100-40GB")),
        ("g2", Some("G2")),
        ("Quantum", None),
    ] {
        let error = demanded(text).unwrap_err();
        assert_eq!(error.suggestion(), suggestion, "{text}");
        assert_eq!(error.code(), "invalid-gpu-model");
    }
}

#[test]
fn reported_memory_tells_the_size() {
    for (model, memory_mib, expected) in [
        ("A100", 40_960, "A100-40GB"),
        ("A100", 81_920, "A100-80GB"),
        ("H100", 81_559, "H100-80GB"),
        ("H100", 95_830, "H100-94GB"),
        ("V100", 16_160, "V100-16GB"),
        ("H200", 143_771, "H200"),
        ("A100", 1_000, "A100"),
    ] {
        let model: GpuModel = model.parse().unwrap();
        assert_eq!(model.with_memory_mib(memory_mib).to_string(), expected);
    }
}

#[test]
fn every_known_model_parses_back() {
    for model in GpuModel::known() {
        assert_eq!(model.to_string().parse::<GpuModel>().unwrap(), model);
    }
}
