"""Sends messages with the channel layers of Django Channels and prints what arrives. Arguments: a port, and optionally the prefix."""

import asyncio
import sys

import redis
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

url = "redis://127.0.0.1:%s/0" % sys.argv[1]
options = {"hosts": [url], "prefix": (sys.argv[2:] or ["asgi"])[0]}


async def receive(layer, channel, count):
    return sorted([(await asyncio.wait_for(layer.receive(channel), 60))["text"] for _ in range(count)])


async def use(layer):
    name = type(layer).__name__
    channels = [await layer.new_channel() for _ in range(6)]
    for number, channel in enumerate(channels):
        await layer.send(channel, {"type": "test", "text": f"message {number}"})
    print(name, "sent", [await receive(layer, channel, 1) for channel in channels])
    for channel in channels[:4]:
        await layer.group_add("group", channel)
    waiting = [asyncio.create_task(receive(layer, channel, 10)) for channel in channels[:4]]
    for number in range(10):
        await layer.group_send("group", {"type": "test", "text": f"{number}"})
    print(name, "group", await asyncio.gather(*waiting))
    await layer.group_discard("group", channels[0])
    await layer.group_send("group", {"type": "test", "text": "last"})
    print(name, "left", [await receive(layer, channel, 1) for channel in channels[1:4]])
    if isinstance(layer, RedisChannelLayer):
        await layer.close_pools()


redis.Redis.from_url(url).flushall()
asyncio.run(use(RedisChannelLayer(**options)))
asyncio.run(use(RedisPubSubChannelLayer(**options)))
