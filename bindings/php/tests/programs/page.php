<?php

declare(strict_types=1);

// A page as sites have them: sixteen commands, over all nodes. A visitor, who sees one page after the other, owns the keys; the
// number of a visit is the value that it writes, so the page knows what it has to find: the number of the visit before. Where an
// earlier visit was told of a failure, its writes may have been made or not.
//
// It prints what it saw, as JSON: `wrong` values, the nodes of `failures`, and, if asked, of its process: memory, files, connections.

require $_SERVER['PACKAGE'] . '/autoload.php';

/** The one place that knows which class of the package the page uses. */
function cluster(string $config): object
{
    return new class (new RedisCluster\Client($config)) {
        public function __construct(private readonly RedisCluster\Client $client)
        {
        }

        public function __call(string $name, array $arguments): mixed
        {
            $command = match ($name) {
                'mSet', 'hMSet' => [...array_slice($arguments, 0, -1), 'pairs' => end($arguments)],
                default => $arguments,
            };
            $form = RedisCluster\Form::PHPREDIS | ($name === 'hGetAll' ? RedisCluster\Form::PAIRS : 0);
            return $this->client->run([strtoupper($name), ...$command], $form);
        }
    };
}

/** @return array<string, int> the number of this worker's connection to each node */
function connections(string $config): array
{
    return (new RedisCluster\Client($config))->each('CLIENT', 'ID');
}

/** How many files and sockets are open, but for this page, which opcache may spare PHP to open. */
function openFiles(): int
{
    $files = array_map(static fn (string $name): string => (string) @readlink("/proc/self/fd/$name"), scandir('/proc/self/fd'));
    return count(array_diff($files, [__FILE__]));
}

final class Page
{
    private const KEYS = 6;

    /** @var list<string> */
    public array $wrong = [];
    /** @var array<string, true> */
    public array $failures = [];
    /** @var list<string> */
    private array $keys = [];

    /** @param int $sure the last visit whose writes are known to have been made; at once the smallest number to be found */
    public function __construct(
        private readonly object $redis,
        private readonly string $visitor,
        private readonly int $visit,
        private readonly int $sure,
    ) {
        for ($i = 0; $i < self::KEYS; $i++) {
            $this->keys[] = "$visitor:$i";
        }
    }

    public function show(): void
    {
        $this->try($this->keys, fn () => $this->checkAll($this->redis->mGet($this->keys), $this->visit - 1));
        $pairs = array_combine($this->keys, array_map($this->text(...), $this->keys));
        $written = $this->try($this->keys, fn () => $this->same(true, $this->redis->mSet($pairs)));
        foreach ($this->keys as $key) {
            $this->try([$key], fn () => $this->check($key, $this->redis->get($key), $written ? $this->visit : $this->sure, $this->visit));
        }
        foreach (array_slice($this->keys, 0, self::KEYS / 2) as $key) {
            $this->try([$key], function () use ($key): void {
                $this->same(true, $this->redis->set($key, $this->text($key)));
                $this->check($key, $this->redis->get($key), $this->visit, $this->visit);
            });
        }
        $this->try(["$this->visitor:hash"], function (): void {
            $fields = ['visitor' => $this->visitor, 'visit' => (string) $this->visit];
            $this->same(true, $this->redis->hMSet("$this->visitor:hash", $fields));
            $this->same($fields, $this->redis->hGetAll("$this->visitor:hash"));
        });
    }

    /**
     * Runs commands; a failure has to name a node of their keys.
     *
     * @param list<string> $keys
     */
    private function try(array $keys, callable $commands): bool
    {
        try {
            $commands();
            return true;
        } catch (RedisException $exception) {
            $this->failures[$exception->node ?? ''] = true;
            if (!in_array($exception->node, array_map($this->node(...), $keys), true)) {
                $this->wrong[] = get_class($exception) . ": {$exception->getMessage()}, of " . implode(' ', $keys);
            }
            return false;
        }
    }

    /** Where a key lives, said without the library. */
    private function node(string $key): string
    {
        return 'node_' . (crc32($key) % (int) $_SERVER['NODES'] + 1);
    }

    private function text(string $key): string
    {
        return "$key is $this->visit";
    }

    private function checkAll(mixed $values, int $to): void
    {
        $this->same(self::KEYS, count($values));
        foreach ($this->keys as $i => $key) {
            $this->check($key, $values[$i], $this->sure, $to);
        }
    }

    /** Before the first visit there is nothing. */
    private function check(string $key, mixed $value, int $from, int $to): void
    {
        $number = match (true) {
            $value === false => 0,
            is_string($value) && str_starts_with($value, "$key is ") => (int) substr($value, strlen("$key is ")),
            default => -1,
        };
        if ($number < $from || $number > $to) {
            $this->wrong[] = "$key: " . var_export($value, true) . ", not $from to $to";
        }
    }

    private function same(mixed $expected, mixed $value): void
    {
        if ($value !== $expected) {
            $this->wrong[] = var_export($value, true) . ' is not ' . var_export($expected, true);
        }
    }
}

$page = new Page(cluster($_SERVER['CONFIG']), $_SERVER['VISITOR'], (int) $_SERVER['VISIT'], (int) $_SERVER['SURE']);
$page->show();
$seen = ['worker' => getmypid(), 'wrong' => $page->wrong, 'failures' => array_keys($page->failures)];
if ($_SERVER['LOOK'] ?? '') {
    $seen['connections'] = connections($_SERVER['CONFIG']);
    $seen['resident'] = (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096;
    $seen['files'] = openFiles();
}
echo json_encode($seen);
