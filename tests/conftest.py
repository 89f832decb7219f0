"""How hard the properties look: a few hundred examples at a desk, more in CI; and which tests are proofs."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("desk", max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("desk"), max_examples=150, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

PROOFS = {
    "test_alerts_apart.py",
    "test_backup.py",
    "test_cli_bundle.py",
    "test_cluster.py",
    "test_copy.py",
    "test_customer.py",
    "test_customer_practice.py",
    "test_deliberate_faults.py",
    "test_deploy_page.py",
    "test_drill_commanders.py",
    "test_drill_headless.py",
    "test_drill_runner.py",
    "test_drills_send_nothing.py",
    "test_enemy_files.py",
    "test_enemy_pages.py",
    "test_every_store_in_any_order.py",
    "test_grants.py",
    "test_holding_the_pager.py",
    "test_hostile_peers.py",
    "test_items_kills.py",
    "test_jetstream_refusals.py",
    "test_jetstream_trouble.py",
    "test_killed.py",
    "test_limits.py",
    "test_many_hostile_hooks.py",
    "test_meeting_again.py",
    "test_one_room.py",
    "test_outside.py",
    "test_page_in_chromium.py",
    "test_page_links.py",
    "test_page_viewers.py",
    "test_pager_kills.py",
    "test_pager_on_the_server.py",
    "test_paging_by_itself.py",
    "test_proxies.py",
    "test_real_alertmanager.py",
    "test_run.py",
    "test_schemathesis.py",
    "test_server_kills.py",
    "test_shipped_nodes.py",
    "test_slack_room.py",
    "test_slack_room_faults.py",
    "test_slack_room_kills.py",
    "test_slow.py",
    "test_store_damage.py",
    "test_store_processes.py",
    "test_sync_commands.py",
    "test_sync_kills.py",
    "test_sync_live.py",
    "test_sync_trouble.py",
    "test_two_incidents.py",
    "test_two_nodes.py",
}
"""What takes real servers, clusters and kills, and so takes its time: `make proof`, which CI runs too."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in PROOFS:
            item.add_marker("proof")
