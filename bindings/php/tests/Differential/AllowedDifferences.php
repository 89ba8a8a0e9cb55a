<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Differential;

/**
 * The differences that the tests allow: the entries of allowed_differences.php, and with phpredis 6 those of allowed_differences_6.php, grouped
 * by heading. docs/phpredis.md is generated from them.
 *
 * The `reason` of an entry is documentation. The entry allows a mismatch if all its other fields match:
 *   methods   list of method names in lower case
 *   aspect    outcome, warnings, last error, arguments or data
 *   scenario  regular expression for the name of the scenario
 *   ours      regular expression for our result as text
 *   theirs    the same for the result of phpredis
 *   when      function (string $ours, string $theirs): bool
 *   cases     list of such fields: at least one case must match too
 *   phpredis  the only major version of phpredis for which the difference exists
 *
 * `about` says what causes the difference; without it, the class decides differently:
 *   servers    there are several servers, and the library manages their connections
 *   extension  phpredis is written in C, so that PHP itself checks its arguments; or it has a defect; or its versions contradict each other
 */
final class AllowedDifferences
{
    /** @var list<array<string, mixed>> */
    private readonly array $entries;
    /** @var array<int, int> index of the entry => number of mismatches it allowed */
    private array $useCounts = [];

    /** @param ?list<array<string, mixed>> $entries for the tests; null for those of the file */
    public function __construct(?array $entries = null)
    {
        $this->entries = $entries ?? \array_values(\array_filter(
            \array_merge(...\array_values(self::byHeading(Corpus::phpredis()))),
            static fn (array $entry): bool => ($entry['phpredis'] ?? Corpus::phpredis()) === Corpus::phpredis(),
        ));
    }

    /** @return array<string, list<array<string, mixed>>> the entries for a version of phpredis, 5 or 6, and those for another */
    public static function byHeading(int $phpredis): array
    {
        return \array_merge(require __DIR__ . '/allowed_differences.php', $phpredis === 6 ? require __DIR__ . '/allowed_differences_6.php' : []);
    }

    /**
     * The reasons of the differences that only this class causes. A difference from one version of phpredis is not among them: the comparison
     * with the other version shows that the class does the same as that.
     *
     * @return list<string>
     */
    public static function decisions(int $phpredis): array
    {
        $isDecision = static fn (array $entry): bool => !isset($entry['about']) && !isset($entry['phpredis']);
        return \array_column(\array_filter(\array_merge(...\array_values(self::byHeading($phpredis))), $isDecision), 'reason');
    }

    public function allow(Mismatch $mismatch): bool
    {
        foreach ($this->entries as $index => $entry) {
            if ($this->matchesEntry($entry, $mismatch)) {
                $this->useCounts[$index] = ($this->useCounts[$index] ?? 0) + 1;
                return true;
            }
        }
        return false;
    }

    /** @return list<string> the reasons of the entries that allowed no mismatch */
    public function unused(): array
    {
        return \array_values(\array_column(\array_diff_key($this->entries, $this->useCounts), 'reason'));
    }

    /** @param array<string, mixed> $entry */
    private function matchesEntry(array $entry, Mismatch $mismatch): bool
    {
        return \in_array($mismatch->method, $entry['methods'] ?? [$mismatch->method], true)
            && \in_array($mismatch->aspect, (array) ($entry['aspect'] ?? $mismatch->aspect), true)
            && self::matches($entry['scenario'] ?? null, $mismatch->scenario)
            && self::matches($entry['ours'] ?? null, $mismatch->ours)
            && self::matches($entry['theirs'] ?? null, $mismatch->theirs)
            && (!isset($entry['when']) || $entry['when']($mismatch->ours, $mismatch->theirs))
            && (!isset($entry['cases']) || $this->matchesOneOf($entry['cases'], $mismatch));
    }

    /** @param list<array<string, mixed>> $cases */
    private function matchesOneOf(array $cases, Mismatch $mismatch): bool
    {
        foreach ($cases as $case) {
            if ($this->matchesEntry($case, $mismatch)) {
                return true;
            }
        }
        return false;
    }

    private static function matches(?string $pattern, string $text): bool
    {
        return $pattern === null || \preg_match($pattern, $text) === 1;
    }
}
