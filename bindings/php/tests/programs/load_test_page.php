<?php

declare(strict_types=1);

// A page of a web site: sixteen commands over all nodes. Each visitor has its own keys and requests one page at a time. A visit writes its
// number, so the next visit knows which number to expect. If an earlier visit failed, its writes may or may not have been made.
//
// Prints JSON: `errors`, the nodes of `failures`, and, with the parameter SAMPLE, the memory, files and connections of the process.

require $_SERVER['PACKAGE'] . '/autoload.php';

/** @return array<string, int> id of this worker's connection to each node */
function connections(string $config): array
{
    return (new RedisCluster\Client($config))->each('CLIENT', 'ID');
}

/** The number of open files and sockets, without this page: opcache may or may not keep it open. */
function openFiles(): int
{
    $files = array_map(static fn (string $name): string => (string) @readlink("/proc/self/fd/$name"), scandir('/proc/self/fd'));
    return count(array_diff($files, [__FILE__]));
}

final class Page
{
    private const KEYS = 6;

    /** @var list<string> */
    public array $errors = [];
    /** @var array<string, true> */
    public array $failures = [];
    /** @var list<string> */
    private array $keys = [];

    /** @param int $confirmed the last visit whose writes are known to have been made: the smallest number that may be read */
    public function __construct(
        private readonly object $redis,
        private readonly string $visitor,
        private readonly int $visit,
        private readonly int $confirmed,
    ) {
        for ($i = 0; $i < self::KEYS; $i++) {
            $this->keys[] = "$visitor:$i";
        }
    }

    public function run(): void
    {
        $this->try($this->keys, fn () => $this->checkAll($this->redis->mGet($this->keys), $this->visit - 1));
        $pairs = array_combine($this->keys, array_map($this->text(...), $this->keys));
        $written = $this->try($this->keys, fn () => $this->same(true, $this->redis->mSet($pairs)));
        foreach ($this->keys as $key) {
            $this->try([$key], fn () => $this->check($key, $this->redis->get($key), $written ? $this->visit : $this->confirmed, $this->visit));
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
     * Runs commands; a failure must name the node of one of their keys.
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
                $this->errors[] = get_class($exception) . ": {$exception->getMessage()}, of " . implode(' ', $keys);
            }
            return false;
        }
    }

    /** The node of a key, computed without the library. */
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
            $this->check($key, $values[$i], $this->confirmed, $to);
        }
    }

    /** Checks the visit number in a value; a missing value has number 0. */
    private function check(string $key, mixed $value, int $from, int $to): void
    {
        $number = match (true) {
            $value === false => 0,
            is_string($value) && str_starts_with($value, "$key is ") => (int) substr($value, strlen("$key is ")),
            default => -1,
        };
        if ($number < $from || $number > $to) {
            $this->errors[] = "$key: " . var_export($value, true) . ", expected $from to $to";
        }
    }

    private function same(mixed $expected, mixed $value): void
    {
        if ($value !== $expected) {
            $this->errors[] = var_export($value, true) . ' is not ' . var_export($expected, true);
        }
    }
}

$page = new Page(new RedisCluster\RedisCluster(json_decode($_SERVER['CONFIG'], true)), $_SERVER['VISITOR'], (int) $_SERVER['VISIT'], (int) $_SERVER['CONFIRMED_VISIT']);
$page->run();
$report = ['worker' => getmypid(), 'errors' => $page->errors, 'failures' => array_keys($page->failures)];
if ($_SERVER['SAMPLE'] ?? '') {
    $report['connections'] = connections($_SERVER['CONFIG']);
    $report['resident'] = (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096;
    $report['files'] = openFiles();
}
echo json_encode($report);
