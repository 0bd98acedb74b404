import pytest

from infra.variants import composed
from tiepoint.services.template.images import node_image


@pytest.mark.parametrize(
    ("size", "offer", "installs_driver", "is_trusted", "has_secure_boot"),
    [
        ("Standard_NV36ads_A10_v5", "ubuntu-24_04-lts", True, True, False),
        ("Standard_NC24ads_A100_v4", "ubuntu-hpc", False, False, False),
        ("Standard_ND96isr_H100_v5", "ubuntu-hpc", False, False, False),
        ("Standard_F32s_v2", "ubuntu-24_04-lts", False, True, True),
    ],
)
def test_an_image_fits_its_size(
    size: str, offer: str, installs_driver: bool, is_trusted: bool, has_secure_boot: bool
) -> None:
    image = node_image(size)
    assert image.reference["offer"] == offer
    assert (image.installs_driver, image.is_trusted, image.has_secure_boot) == (
        installs_driver,
        is_trusted,
        has_secure_boot,
    )


def test_machines_have_managed_disks_that_a_pause_keeps() -> None:
    for name in ("spot", "netapp-ad-jump-boxes-metashape-windows-peered"):
        for step in composed(name).template["resources"]:
            for resource in step["properties"]["template"]["resources"]:
                if resource["type"] == "Microsoft.Compute/virtualMachines":
                    disk = resource["properties"]["storageProfile"]["osDisk"]
                    assert disk["managedDisk"] == {"storageAccountType": "Premium_LRS"}
                    assert "diffDiskSettings" not in disk
                    assert resource["identity"] == {"type": "SystemAssigned"}
