<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Oracle;

/**
 * In what the two may differ: the list in allowed.php, under headings. docs/phpredis.md is made from it.
 *
 * Of each entry, `reason` is for who reads it; what else it has must all be true of a mismatch that it allows:
 *   methods   list of names in lower case
 *   aspect    outcome, warnings, last error, arguments or data
 *   scenario  pattern of its name
 *   ours      pattern of our result as text; theirs, likewise
 *   when      function (string $ours, string $theirs): bool
 */
final class Differences
{
    /** @var list<array<string, mixed>> */
    private readonly array $list;
    /** @var array<int, int> place in the list => how many mismatches it has allowed */
    private array $uses = [];

    /** @param ?list<array<string, mixed>> $list */
    public function __construct(?array $list = null)
    {
        $this->list = $list ?? \array_merge(...\array_values(require __DIR__ . '/allowed.php'));
    }

    public function allow(Mismatch $mismatch): bool
    {
        foreach ($this->list as $place => $entry) {
            if ($this->fits($entry, $mismatch)) {
                $this->uses[$place] = ($this->uses[$place] ?? 0) + 1;
                return true;
            }
        }
        return false;
    }

    /** @return list<string> the reasons of the entries that were not needed */
    public function unused(): array
    {
        return \array_values(\array_column(\array_diff_key($this->list, $this->uses), 'reason'));
    }

    /** @return array<string, int> reason => how many mismatches it has allowed */
    public function uses(): array
    {
        $uses = [];
        foreach ($this->uses as $place => $count) {
            $uses[$this->list[$place]['reason']] = ($uses[$this->list[$place]['reason']] ?? 0) + $count;
        }
        return $uses;
    }

    /** @param array<string, mixed> $entry */
    private function fits(array $entry, Mismatch $mismatch): bool
    {
        return \in_array($mismatch->method, $entry['methods'] ?? [$mismatch->method], true)
            && \in_array($mismatch->aspect, (array) ($entry['aspect'] ?? $mismatch->aspect), true)
            && self::matches($entry['scenario'] ?? null, $mismatch->scenario)
            && self::matches($entry['ours'] ?? null, $mismatch->ours)
            && self::matches($entry['theirs'] ?? null, $mismatch->theirs)
            && (!isset($entry['when']) || $entry['when']($mismatch->ours, $mismatch->theirs));
    }

    private static function matches(?string $pattern, string $text): bool
    {
        return $pattern === null || \preg_match($pattern, $text) === 1;
    }
}
