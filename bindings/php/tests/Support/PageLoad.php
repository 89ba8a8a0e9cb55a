<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** Load on PHP-FPM: several simulated visitors request programs/load_test_page.php again and again. Collects what the pages report. */
final class PageLoad
{
    private const CONCURRENCY = 8;
    /** Every nth page reports memory, files and connections of its process. */
    private const SAMPLE_INTERVAL = 10;

    /** @var array<string, int> error => number of pages that reported it */
    public array $errors = [];
    /** The number of pages that could not reach the stopped node. */
    public int $failures = 0;
    public int $done = 0;
    /** @var array<int, int> process id of the worker => number of its pages */
    public array $pagesOfWorker = [];
    /** @var array<int, list<array{pages: int, connections: array<string, int>, resident: int, files: int}>> by process id of the worker */
    public array $samples = [];

    private bool $isDown = false;
    /** The node that was stopped last. */
    private ?string $stoppedNode = null;
    private int $outages = 0;
    private int $requested = 0;
    /** @var array<string, array{visit: int, confirmed: int}> */
    private array $visitors = [];
    /** @var list<string> the visitors without a pending request */
    private array $idle = [];

    /** @param array{nodes: array<string, mixed>} $config */
    public function __construct(private readonly string $package, private readonly array $config)
    {
        for ($i = 1; $i <= self::CONCURRENCY; $i++) {
            $this->visitors["visitor $i"] = ['visit' => 0, 'confirmed' => 0];
            $this->idle[] = "visitor $i";
        }
    }

    /** @param array<int, callable> $events number of a request => function called before the request is sent, while others are pending */
    public function request(FastCgiClient $client, int $count, array $events = []): void
    {
        $client->each($this->requests($count, $events), self::CONCURRENCY, $this->handleResponse(...));
    }

    /** From now on, pages may fail to reach this node. */
    public function expectFailuresOf(string $node): void
    {
        $this->isDown = true;
        $this->stoppedNode = $node;
        $this->outages++;
    }

    /** From now on, new requests must not fail. */
    public function expectNoFailures(): void
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
                'CONFIRMED_VISIT' => (string) $this->visitors[$visitor]['confirmed'],
                'SAMPLE' => ++$this->requested % self::SAMPLE_INTERVAL === 0 && !$this->isDown ? '1' : '',
                'OUTAGES' => (string) ($this->isDown ? -1 : $this->outages),
            ];
        }
    }

    /** @param array<string, string> $request */
    private function handleResponse(array $request, string $body): void
    {
        $this->done++;
        $this->idle[] = $request['VISITOR'];
        $page = json_decode($body, true);
        if (!is_array($page)) {
            $this->addError("not a page: $body");
            return;
        }
        array_map($this->addError(...), $page['errors']);
        $pages = $this->pagesOfWorker[$page['worker']] = ($this->pagesOfWorker[$page['worker']] ?? 0) + 1;
        if ($page['failures'] === []) {
            $this->visitors[$request['VISITOR']]['confirmed'] = (int) $request['VISIT'];
        } else {
            $this->handleFailure($request, $page['failures']);
        }
        if (isset($page['connections'])) {
            $this->samples[$page['worker']][] = ['pages' => $pages] + $page;
        }
    }

    /**
     * @param array<string, string> $request
     * @param list<string> $nodes
     */
    private function handleFailure(array $request, array $nodes): void
    {
        $this->failures++;
        if ((int) $request['OUTAGES'] === $this->outages || $nodes !== [$this->stoppedNode]) {
            $this->addError('a failure of ' . implode(' and ', $nodes) . ', which was running');
        }
    }

    private function addError(string $error): void
    {
        $this->errors[$error] = ($this->errors[$error] ?? 0) + 1;
    }
}
