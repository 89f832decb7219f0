"""Where an update to an audience goes, by `[audience]` of `channels.toml`."""

from .channels import Channels


def ways_of(channels: Channels, audience: str, restricted: bool = False) -> tuple[str, ...]:
    """The ways to this audience that exist, each once. A restricted incident has none to the public or to many."""
    if restricted and audience == "public":
        return ()
    found = []
    for reach in dict.fromkeys(channels.audiences.get(audience, ())):
        way = channels.way(reach)
        if way is None or channels.opens_issues(reach):
            continue
        if not (restricted and channels.by_name[way[0]].shared):
            found.append(reach)
    return tuple(found)
