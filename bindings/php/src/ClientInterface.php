<?php

declare(strict_types=1);

namespace RedisCluster;

/** The public methods of Client, for mocks, decorators and type declarations. Client describes them. */
interface ClientInterface extends CommandRunnerInterface
{
    public function pipeline(): Pipeline;

    public function session(): SessionInterface;

    /**
     * @return array{alias: string, host: ?string, port: ?int, unix: ?string, key: string, previous?: string}
     * @throws RequestException if the key has a hash tag and the configuration has no hash_tag
     */
    public function nodeFor(string $key): array;

    /**
     * @param bool $discover true: ask the masters for their replicas first, unless the configuration names them or forbids it; a master
     *                       that does not reply has the replicas known before. False: contact no server.
     * @return array<string, array{
     *     role: string,
     *     master: string,
     *     host: ?string,
     *     port: ?int,
     *     unix: ?string,
     *     db: int,
     *     server: string,
     *     replicas: list<string>,
     * }>
     */
    public function nodeList(bool $discover = true): array;

    /**
     * @return array<string, array{
     *     role: string,
     *     master: string,
     *     address: string,
     *     refusal: ?string,
     *     breaker: string,
     *     reason: ?string,
     *     unavailable_ms: ?int,
     *     connections: array{open: int, idle: int, awaited: int, opened: int},
     *     commands: int,
     *     retries: int,
     *     bytes_sent: int,
     *     bytes_received: int,
     *     errors: array<string, int>,
     *     latency_us: list<int>,
     * }>
     */
    public function stats(): array;

    /**
     * @return array<string, mixed> alias => reply; for a node that failed, its exception
     */
    public function each(string|int|float|\Stringable ...$command): array;

    /**
     * @return array<string, mixed> alias => reply; for a node that failed, its exception
     */
    public function eachOn(Nodes $nodes, string|int|float|\Stringable ...$command): array;

    public function withRead(Read $read): self;

    public function withReadYourWrites(bool $readYourWrites = true): self;

    public function withDeadline(int|float|null $seconds): self;

    public function withPartial(bool $partial = true): self;

    /**
     * @return array{
     *     command: string,
     *     strategy: string,
     *     atomic: int,
     *     round_trips: int,
     *     nodes: list<string>,
     *     keys: list<array{position: int, key: string, node: string, pinned: int, previous?: string}>,
     *     served_by: ?string,
     *     steps: list<array{round: int, node: string, command: string}>,
     *     others_see: ?string,
     *     meanwhile: ?string,
     *     when_it_fails: ?string,
     *     reason: ?string,
     * } others_see: the intermediate states that other clients can see, in the words of docs/commands.md; reason: why the command is refused
     */
    public function explain(string|int|float|\Stringable ...$command): array;

    /**
     * @param int|float $minAge seconds; a more recent move is skipped, because it may still be running. No age is unsafe, but a move that
     *                          recover() overtakes fails
     * @return list<array{
     *     node: string,
     *     key: string,
     *     command: ?string,
     *     source: ?string,
     *     destination: ?string,
     *     age_ms: int,
     *     outcome: string,
     *     reason: ?string,
     * }> one entry per move found
     */
    public function recover(int|float $minAge = Client::RECOVER_MIN_AGE): array;

    /**
     * @param string $hiddenKey the `key` that recover() reports
     * @return array{
     *     node: string,
     *     key: string,
     *     command: string,
     *     source: string,
     *     destination: string,
     *     age_ms: int,
     *     outcome: string,
     *     reason: ?string,
     * }
     */
    public function recoverTo(string $hiddenKey, string $key): array;
}
