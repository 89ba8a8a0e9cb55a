<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** Visitors who see programs/page.php over and over, several at the same time; and what they have seen. */
final class Visitors
{
    private const AT_THE_SAME_TIME = 8;
    /** One page in so many tells of its process. */
    private const LOOKS = 10;

    /** @var array<string, int> what no page may ever say, and how often it was said */
    public array $wrong = [];
    /** Pages that had to do without the node that was down. */
    public int $failures = 0;
    public int $done = 0;
    /** @var array<int, int> worker => pages */
    public array $pages = [];
    /** @var array<int, list<array{pages: int, connections: array<string, int>, resident: int, files: int}>> by worker */
    public array $looks = [];

    private bool $isDown = false;
    /** The node that was down last. */
    private ?string $lost = null;
    private int $losses = 0;
    private int $asked = 0;
    /** @var array<string, array{visit: int, sure: int}> */
    private array $visitors = [];
    /** @var list<string> those who do not wait for a page */
    private array $idle = [];

    /** @param array{nodes: array<string, mixed>} $config */
    public function __construct(private readonly string $package, private readonly array $config)
    {
        for ($i = 1; $i <= self::AT_THE_SAME_TIME; $i++) {
            $this->visitors["visitor $i"] = ['visit' => 0, 'sure' => 0];
            $this->idle[] = "visitor $i";
        }
    }

    /** @param array<int, callable> $events what happens, pages being under way, before the page of a number is asked for */
    public function see(FastCgi $pages, int $count, array $events = []): void
    {
        $pages->each($this->requests($count, $events), self::AT_THE_SAME_TIME, $this->saw(...));
    }

    /** From now on the pages may fail to reach a node. */
    public function lose(string $node): void
    {
        $this->isDown = true;
        $this->lost = $node;
        $this->losses++;
    }

    /** From now on no page may fail that has not been asked for yet. */
    public function regain(): void
    {
        $this->isDown = false;
    }

    /** @param array<int, callable> $events */
    private function requests(int $count, array $events): iterable
    {
        for ($i = 0; $i < $count; $i++) {
            ($events[$i] ?? static fn () => null)();
            $visitor = array_pop($this->idle);
            yield [
                'PACKAGE' => $this->package,
                'CONFIG' => json_encode($this->config),
                'NODES' => (string) count($this->config['nodes']),
                'VISITOR' => $visitor,
                'VISIT' => (string) ++$this->visitors[$visitor]['visit'],
                'SURE' => (string) $this->visitors[$visitor]['sure'],
                'LOOK' => ++$this->asked % self::LOOKS === 0 && !$this->isDown ? '1' : '',
                'LOSSES' => (string) ($this->isDown ? -1 : $this->losses),
            ];
        }
    }

    /** @param array<string, string> $request */
    private function saw(array $request, string $body): void
    {
        $this->done++;
        $this->idle[] = $request['VISITOR'];
        $page = json_decode($body, true);
        if (!is_array($page)) {
            $this->isWrong("not a page: $body");
            return;
        }
        array_map($this->isWrong(...), $page['wrong']);
        $pages = $this->pages[$page['worker']] = ($this->pages[$page['worker']] ?? 0) + 1;
        if ($page['failures'] === []) {
            $this->visitors[$request['VISITOR']]['sure'] = (int) $request['VISIT'];
        } else {
            $this->failed($request, $page['failures']);
        }
        if (isset($page['connections'])) {
            $this->looks[$page['worker']][] = ['pages' => $pages] + $page;
        }
    }

    /**
     * @param array<string, string> $request
     * @param list<string> $nodes
     */
    private function failed(array $request, array $nodes): void
    {
        $this->failures++;
        if ((int) $request['LOSSES'] === $this->losses || $nodes !== [$this->lost]) {
            $this->isWrong('a failure of ' . implode(' and ', $nodes) . ', which ought to be up');
        }
    }

    private function isWrong(string $what): void
    {
        $this->wrong[$what] = ($this->wrong[$what] ?? 0) + 1;
    }
}
