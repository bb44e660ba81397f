"""The table status → reaction, and its words."""

from __future__ import annotations

from jgclient.contract import Reaction, TransportError

#: Only these can prove success (sync contract, principles).
PROVEN_STATUSES = frozenset({200, 201, 202})

_REACTIONS: dict[int, Reaction] = {
    401: "login",
    403: "login",
    407: "stop",
    408: "retry",
    413: "halve",
    425: "retry",
    429: "retry",
    507: "stop",
    511: "stop",
}

_STATUS_TEXTS = {
    401: "没有登录，或登录已失效、用户名密码不对：请重新登录后再上报。",
    403: "当前账号没有上报权限：请换用有权限的账号登录，或请平台管理员授权。",
    407: "网络代理要求登录：请本单位网络管理员放行本机到上报平台的访问，或在系统里设好代理账号。",
    429: "上报平台正忙，要求放慢：稍后会再试，记录都在本机。",
    507: "上报平台存储空间不足：请平台管理员清理后再上报，记录都在本机。",
    511: "本地网络要求先登录：请在浏览器里完成上网认证后再上报。",
}

_REACTION_TEXTS: dict[Reaction, str] = {
    "retry": "上报平台暂时不能受理：稍后会再试，记录都在本机。",
    "halve": "一次上报的数据超过平台上限：将改为小批上报。",
    "park": "上报平台拒收：请把这句话连同平台说明告诉平台管理员，更正后再报。",
    "unknown": "收到的不是上报平台的回答，可能被上网认证页或代理截住：将先查询回执，不会重复上报。",
}


def reaction_of(status: int) -> Reaction:
    """What the client does about an HTTP status that is not in :data:`PROVEN_STATUSES`.

    The table is that of the sync contract; other 4xx refuse the batch as a whole, other 5xx are
    passing trouble, everything else (1xx, 2xx without proof, 3xx) tells nothing.
    """
    if status in _REACTIONS:
        return _REACTIONS[status]
    if 400 <= status < 500:
        return "park"
    return "retry" if 500 <= status < 600 else "unknown"


def log_in_needed() -> TransportError:
    """The error of a token that cannot even be sent."""
    return TransportError("login", _STATUS_TEXTS[401])


def stranger(status: int) -> TransportError:
    """The error of a platform's entrance that wants another client certificate, or one at all."""
    return TransportError(
        "stop",
        "平台的入口要求客户端证书，或不认可本机的证书：请在设置“代理与证书 · 客户端证书”里填平台管理员发的"
        f"证书和私钥（HTTP {status}）。记录都在本机。",
        status=status,
    )


def refusal_text(status: int) -> str:
    """What is wrong and what to do, for a status outside :data:`PROVEN_STATUSES`."""
    return _STATUS_TEXTS.get(status) or _REACTION_TEXTS[reaction_of(status)]


def unknown(why: str, *, status: int = 0) -> TransportError:
    """The error of an answer that proves nothing."""
    seen = f"HTTP {status}，{why}" if status else why
    return TransportError("unknown", f"{_REACTION_TEXTS['unknown']}（{seen}）", status=status)
