<?php

declare(strict_types=1);

namespace RedisCluster\Tests\Support;

/** The parameters and the return type of a method, for comparisons. */
final class Signature
{
    /** @param list<array{name: string, types: list<string>, default: ?string, isVariadic: bool, isReference: bool}> $parameters */
    private function __construct(private readonly array $parameters)
    {
    }

    public static function of(\ReflectionMethod $method): self
    {
        return new self(array_map(static fn (\ReflectionParameter $parameter): array => [
            'name' => $parameter->getName(),
            'types' => self::types((string) $parameter->getType()),
            'default' => $parameter->isDefaultValueAvailable() ? json_encode($parameter->getDefaultValue()) : null,
            'isVariadic' => $parameter->isVariadic(),
            'isReference' => $parameter->isPassedByReference(),
        ], $method->getParameters()));
    }

    /** @return iterable<string, self> the methods of a file whose lines are `name(parameters)`; lines without parameters are skipped */
    public static function ofFile(string $file): iterable
    {
        foreach (file($file, FILE_IGNORE_NEW_LINES) as $line) {
            if (preg_match('/^(\w+)\((.*)\)/', $line, $match) === 1) {
                yield $match[1] => new self(array_map(self::parameter(...), $match[2] === '' ? [] : explode(', ', $match[2])));
            }
        }
    }

    /** @return list<string> what a call that suits the other signature could not do with this one */
    public function missing(self $other): array
    {
        $missing = [];
        foreach ($other->parameters as $place => $theirs) {
            $ours = $this->parameters[$place] ?? null;
            if ($ours === null) {
                $missing[] = "has no parameter \${$theirs['name']}";
                continue;
            }
            foreach (['name', 'isVariadic', 'isReference'] as $aspect) {
                if ($ours[$aspect] !== $theirs[$aspect]) {
                    $missing[] = "$aspect of \${$theirs['name']}: " . json_encode($ours[$aspect]);
                }
            }
            if ($theirs['default'] !== null && $ours['default'] !== $theirs['default']) {
                $missing[] = "default of \${$theirs['name']}: $ours[default] instead of $theirs[default]";
            }
            $refused = in_array('mixed', $ours['types'], true) ? [] : array_diff($theirs['types'], $ours['types']);
            if ($refused !== []) {
                $missing[] = "\${$theirs['name']} refuses " . implode(', ', $refused);
            }
        }
        return $missing;
    }

    /** @return array{name: string, types: list<string>, default: ?string, isVariadic: bool, isReference: bool} */
    private static function parameter(string $text): array
    {
        if (preg_match('/^(?:([\w|?]+) )?(&?)(\.{3})?\$(\w+)(?: = (.+))?$/D', $text, $match) !== 1) {
            throw new \UnexpectedValueException("\"$text\" is not a parameter");
        }
        return [
            'name' => $match[4],
            'types' => self::types($match[1]),
            'default' => isset($match[5]) ? json_encode(eval("return $match[5];")) : null,
            'isVariadic' => $match[3] !== '',
            'isReference' => $match[2] !== '',
        ];
    }

    /** @return list<string> */
    private static function types(string $type): array
    {
        return match (true) {
            $type === '' => ['mixed'],
            $type[0] === '?' => self::types(substr($type, 1) . '|null'),
            default => explode('|', str_replace('bool', 'bool|false', $type)),
        };
    }
}
