<?php

/**
 * Reports syntax in the given files that PHP 8.1 does not know. It is for machines that have no PHP 8.1 to parse the files with.
 *
 * It finds readonly classes, constants in traits, constants with a type, `null`, `false` or `true` as the only type, and types in
 * parentheses. What came after the PHP that runs this is reported by its own parser.
 */

declare(strict_types=1);

/** @return list<array{string, int}> the tokens that mean something, each with its line; a keyword is in lower case */
function tokens(string $source): array
{
    $tokens = [];
    foreach (PhpToken::tokenize($source) as $token) {
        if (!$token->isIgnorable()) {
            $text = $token->is([T_CONSTANT_ENCAPSED_STRING, T_ENCAPSED_AND_WHITESPACE, T_INLINE_HTML, T_VARIABLE]) ? '"' : strtolower($token->text);
            $tokens[] = [$text, $token->line];
        }
    }
    return $tokens;
}

/** The place of the parenthesis that ends the parameters of the function at `$at`. */
function end_of_parameters(array $tokens, int $at): int
{
    $depth = 0;
    do {
        $at++;
        $depth += match ($tokens[$at][0] ?? ')') {
            '(' => 1,
            ')' => -1,
            default => 0,
        };
    } while ($at < count($tokens) && !($depth <= 0 && $tokens[$at][0] === ')'));
    return $at;
}

/** @return iterable<int, string> what is newer, by line */
function newer(string $source): iterable
{
    $tokens = tokens($source);
    $text = static fn (int $at): string => $tokens[$at][0] ?? '';
    $trait = null; // the depth of braces inside the trait that is open
    $depth = 0;
    foreach ($tokens as $at => [$word, $line]) {
        $depth += match ($word) {
            '{', '${' => 1,
            '}' => -1,
            default => 0,
        };
        if ($word === 'trait' && $text($at + 2) === '{') {
            $trait = $depth + 1;
        } elseif ($trait !== null && $word === '}' && $depth < $trait) {
            $trait = null;
        }
        if ($word === 'readonly' && in_array('class', [$text($at + 1), $text($at + 2)], true)) {
            yield $line => 'a readonly class';
        }
        if ($word === 'const' && $text($at - 1) !== 'use' && $text($at - 1) !== '->' && $text($at - 1) !== '::') {
            if ($trait === $depth) {
                yield $line => 'a constant in a trait';
            }
            if ($text($at + 2) !== '=' && $text($at + 1) !== '"') {
                yield $line => 'a constant with a type';
            }
        }
        if ($word === 'function' || $word === 'fn') {
            $end = end_of_parameters($tokens, $at);
            if (in_array($text($end + 2), ['null', 'false', 'true'], true) && in_array($text($end + 3), ['{', ';', '=>'], true)) {
                yield $line => "{$text($end + 2)} as the only type";
            }
            if ($text($end + 1) === ':' && $text($end + 2) === '(') {
                yield $line => 'a type in parentheses';
            }
        }
    }
}

$found = 0;
foreach (array_slice($argv, 1) as $file) {
    foreach (newer((string) file_get_contents($file)) as $line => $what) {
        echo "$file:$line: $what needs a PHP newer than 8.1\n";
        $found++;
    }
}
exit($found ? 1 : 0);
