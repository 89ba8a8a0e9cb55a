"""Uses Django's cache and prints what it returns. Argument: a port."""

import sys

from django.conf import settings

settings.configure(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:%s" % sys.argv[1]}}
)

from django.core.cache import cache  # noqa: E402  (needs the settings)

cache.clear()
print("set", cache.set("a", {"b": [1, 2]}), cache.get("a"), cache.get("none", "default"))
print("add", cache.add("a", 1), cache.add("c", 1), cache.incr("c", 5), cache.decr("c"))
print("set_many", cache.set_many({"key%d" % number: number for number in range(100)}, timeout=100))
print("get_many", sorted(cache.get_many(["key%d" % number for number in range(110)]).items()))
print("delete_many", cache.delete_many(["key%d" % number for number in range(50)]), cache.get("key49"), cache.get("key50"))
print("touch", cache.touch("a", 100), cache.touch("none"), cache.has_key("a"), cache.delete("a"), cache.delete("a"))
print("get_or_set", cache.get_or_set("d", lambda: 4), cache.get("d"))
print("versions", cache.set("v", 1, version=2), cache.get("v"), cache.incr_version("v", version=2), cache.get("v", version=3))
print("clear", cache.clear(), cache.get("d"))
