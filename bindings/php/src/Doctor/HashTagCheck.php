<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

use RedisCluster\Client;

/**
 * Which `hash_tag` fits the keys that are stored: the node of a key shows by which rule it was placed.
 *
 * @internal
 */
final class HashTagCheck
{
    private const PAGES = 20;
    private const PAGE = 500;

    private int $keys = 0;
    /** Keys that are the same in every mode, on another node than theirs: their tag was removed. */
    private int $moved = 0;
    /** Keys for which the modes differ. */
    private int $tagged = 0;
    /** @var array<string, int> mode => how many keys are where it places them, under their stored name */
    private array $found = ['keep' => 0, 'off' => 0, 'strip' => 0];

    public function __construct(private readonly Report $report)
    {
    }

    /** @param array<string, mixed> $config whose masters reply */
    public function check(array $config): void
    {
        $modes = [];
        foreach (\array_keys($this->found) as $mode) {
            $modes[$mode] = new Client(['hash_tag' => $mode] + $config, shared: false);
        }
        foreach ($this->sample($modes['keep']) as $alias => $keys) {
            foreach ($keys as $key) {
                $this->count($modes, $alias, (string) $key);
            }
        }
        $this->report($config['hash_tag'] ?? null);
    }

    /** @return array<string, list<string>> alias => keys of that server */
    private function sample(Client $client): array
    {
        $sample = [];
        foreach ($client->nodeList(discover: false) as $alias => $node) {
            if ($node['role'] !== 'master') {
                continue;
            }
            $sample[$alias] = [];
            for ($page = 0, $cursor = '0'; $page < self::PAGES; $page++) {
                $reply = $client->each('SCAN', $cursor, 'COUNT', self::PAGE)[$alias];
                if (!\is_array($reply)) {
                    break;
                }
                [$cursor, $keys] = $reply;
                \array_push($sample[$alias], ...$keys);
                if ($cursor === '0') {
                    break;
                }
            }
        }
        return $sample;
    }

    /** @param array<string, Client> $modes */
    private function count(array $modes, string $alias, string $key): void
    {
        $this->keys++;
        $places = [];
        foreach ($modes as $mode => $client) {
            $node = $client->nodeFor($key);
            $places[$mode] = [$node['alias'], $node['key']];
            $this->found[$mode] += $places[$mode] === [$alias, $key] ? 1 : 0;
        }
        $isTagged = \count(\array_unique($places, \SORT_REGULAR)) > 1;
        $this->tagged += $isTagged ? 1 : 0;
        $this->moved += !$isTagged && $places['off'][0] !== $alias ? 1 : 0;
    }

    private function report(?string $configured): void
    {
        if ($this->keys === 0) {
            $this->report->note('hash_tag: no keys are stored, so every mode fits; for new data use `keep`');
            return;
        }
        $numbers = "of $this->keys sampled keys, $this->tagged have a hash tag";
        if ($this->moved > 0) {
            $fits = 'strip';
            $reason = "$this->moved without a tag are not on the node of their name: their tag was removed when they were stored, or another program placed them";
        } elseif ($this->tagged === 0) {
            $fits = $configured ?? 'keep';
            $reason = 'all are on the node of their name, so every mode finds them';
        } else {
            $fits = $this->found['keep'] >= $this->found['off'] ? 'keep' : 'off';
            $reason = "{$this->found['keep']} are where `keep` looks for them, {$this->found['off']} where `off` does, {$this->found['strip']} where `strip` does";
        }
        $text = "hash_tag: $numbers; $reason. `$fits` fits";
        if ($configured === null || $configured === $fits || ($this->moved === 0 && $this->found[$configured] === $this->keys)) {
            $this->report->ok($text);
        } else {
            $this->report->missing("$text, but the configuration has `$configured`", "'hash_tag' => '$fits'");
        }
    }
}
