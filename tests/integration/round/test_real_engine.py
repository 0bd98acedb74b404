"""Once with the real engine: generated photos up, a textured model back, byte for byte as the worker wrote it.

Where there can be a cluster in a box, its round does this with more around it (`tests/integration/box/test_round.py`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cluster_box.box import why_not
from cluster_box.cloud import BoxCloud
from flights import contents
from round_cluster import RoundCluster
from round_panel import open_panel
from small_capture import SMALL_JOB, write_small_capture
from tiepoint.domain.job import StageState
from tiepoint.domain.remote_round import RoundState
from tiepoint.services.rounds import RoundRequest

HAS_BOX = sys.platform == "linux" and not why_not()


@pytest.mark.skipif(HAS_BOX, reason="the round in the box does it with the real engine")
@pytest.mark.usefixtures("worker")
async def test_photos_become_a_model_on_the_cluster(
    cloud: BoxCloud, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    write_small_capture(tmp_path / "arc")
    changes = dict(word.split("=") for word in SMALL_JOB[3::2])
    with RoundCluster(cloud, tmp_path_factory.mktemp("r"), is_real=True) as cluster:
        async with open_panel(cluster.panel()) as panel:
            panel.rounds.start()
            request = RoundRequest("own/box", "custom", changes, output=tmp_path / "out")
            begun = await panel.rounds.begin(await panel.drop(tmp_path / "arc"), request)
            done = await panel.until(lambda each: each.is_over, begun.id, most_s=240)
            assert done.state is RoundState.COMPLETED, done.failure
            job = await panel.sites.all[1].scheduler.job(done.job or "")  # type: ignore[arg-type]
            made = contents(cluster.work / "captures" / done.capture / "jobs" / job.id / "products")
            assert contents(Path(done.folder) / "products") == made
            assert contents(tmp_path / "out") == made
            assert made["model.glb"][:4] == b"glTF"
            assert all(stage.state is StageState.COMPLETED for stage in job.stages)
            assert job.megapixels > 0
