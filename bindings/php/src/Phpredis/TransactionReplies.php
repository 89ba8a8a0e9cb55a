<?php

declare(strict_types=1);

namespace RedisCluster\Phpredis;

use RedisCluster\Form;

/**
 * The replies of a transaction come in one array, in one form, and each call wants its own.
 *
 * @internal
 */
final class TransactionReplies
{
    /** TYPE's answer is a status that has to stay a text. */
    private const TYPE = "return redis.call('TYPE', KEYS[1]).ok";

    /**
     * Where a call may answer statuses and strings alike (EVAL), only the form tells them apart; otherwise the text of a status
     * is had, and the shape tells what becomes of it.
     *
     * @param list<Call> $calls
     */
    public static function form(array $calls, Replies $replies): int
    {
        foreach ($calls as $call) {
            if ($call->reply === 'any' && $replies->form($call) & Form::STATUS_TRUE) {
                return Form::PHPREDIS;
            }
        }
        return Form::NIL_FALSE;
    }

    /**
     * @param list<Call> $calls
     * @return list<array<mixed>>
     */
    public static function commands(array $calls, int $form): array
    {
        $commands = [];
        foreach ($calls as $call) {
            $commands[] = $form & Form::STATUS_TRUE && $call->reply === 'type'
                ? ['EVAL', self::TYPE, 1, ...\array_slice($call->command, 1)]
                : $call->command;
        }
        return $commands;
    }

    /**
     * @param list<Call>  $calls
     * @param list<mixed> $answers
     * @return list<mixed>
     */
    public static function values(array $calls, array $answers, int $form, Replies $replies): array
    {
        $values = [];
        foreach ($answers as $place => $answer) {
            $call = $calls[$place];
            $wanted = $replies->form($call);
            if (\is_string($answer) && $wanted & ~$form & Form::STATUS_TRUE) {
                $answer = true;
            } elseif (\is_array($answer) && $wanted & Form::PAIRS) {
                $answer = Replies\Servers::pairs($answer);
            }
            $values[] = $replies->value($call, $answer);
        }
        return $values;
    }
}
