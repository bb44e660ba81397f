"""Whether client and platform fit together at all: versions, limits, clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from jgclient import __version__
from jgclient.contract import CONTRACT_VERSION, Capabilities, parse_time
from jgclient.sync.dialogue import Ended

#: Largest difference of the two clocks (sync contract).
CLOCK_TOLERANCE = timedelta(minutes=2)
#: A platform that takes fewer bytes a batch takes no record at all; its settings are wrong, not the records.
LEAST_BYTES = 4096


def check_terms(found: Capabilities, now: datetime) -> None:
    """Make sure that a run can begin.

    Raises:
        Ended: this client is too old, the limits make no sense, or the clocks differ.
    """
    if found.contract_version != CONTRACT_VERSION or _older(__version__, found.minimum_client):
        raise _stopped(
            f"上报平台要求接口第 {found.contract_version} 版、客户端 {found.minimum_client[:20]} 以上，"
            f"本机为接口第 {CONTRACT_VERSION} 版、客户端 {__version__}：请安装新版后再报，记录都在本机。"
        )
    if found.max_items < 1 or found.max_bytes < LEAST_BYTES:
        raise _stopped(
            f"上报平台给出的每批上限（{found.max_items} 条、{found.max_bytes} 字节）无法使用："
            "请平台管理员更正平台设置，记录都在本机。"
        )
    _check_clock(found.server_time, now)


def _check_clock(server_time: str, mine: datetime) -> None:
    theirs = parse_time(server_time)
    if theirs is not None and abs(theirs - mine) <= CLOCK_TOLERANCE:
        return
    shown = theirs.astimezone(mine.tzinfo).strftime("%Y-%m-%d %H:%M:%S") if theirs else server_time[:40]
    raise _stopped(
        f"本机时间 {mine:%Y-%m-%d %H:%M:%S} 与平台时间 {shown} 相差超过 2 分钟：请校准本机日期时间后再报；"
        "若本机时间无误，请告诉平台管理员。时限和回执都以时间为准。"
    )


def _stopped(sentence: str) -> Ended:
    return Ended("已停止", sentence)


def _older(mine: str, wanted: str) -> bool:
    """Whether version ``mine`` comes before ``wanted``; a version that is none asks for nothing."""
    try:
        return [int(part) for part in mine.split(".")] < [int(part) for part in wanted.split(".")]
    except ValueError:
        return False
