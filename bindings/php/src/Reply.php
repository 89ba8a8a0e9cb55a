<?php

declare(strict_types=1);

namespace RedisCluster;

use FFI\CData;

/**
 * Makes PHP values of a rediscluster_reply.
 *
 * A single value is read where it lies. An array comes over whole, bytes and index in one call, and is cut up without
 * any further one. A pointer is kept in a variable of its own before it is cast: FFI::cast($type, $struct->field) would
 * yield a view of the struct's memory, which may be gone when it is looked at.
 *
 * @internal
 */
final class Reply
{
    /** rediscluster_type; whatever is not here is nil. */
    public const STRING = 1;
    public const STATUS = 2;
    public const INTEGER = 3;
    public const ERROR = 4;
    public const ARRAY = 5;
    public const MAP = 7;
    public const FAILURE = 8;

    /**
     * @param string $bytes   the reply as it came
     * @param CData  $numbers its index: entry n is the numbers 2n (head) and 2n + 1 (data)
     * @param int    $next    the number to read next: entries stand in the order in which values are read
     */
    private function __construct(
        private readonly string $bytes,
        private readonly CData $numbers,
        private int $next,
        private int $form,
    ) {
    }

    /** The value of one entry. The reply stays the caller's, who frees it. */
    public static function value(Library $library, CData $reply, int $entry, int $form = Form::PLAIN): mixed
    {
        $view = $library->ffi->new($library->view);
        $status = $library->ffi->rediscluster_reply_view($reply, $entry, \FFI::addr($view), null);
        if ($status !== 0) {
            throw new Exception("The reply has no entry $entry", $status);
        }
        switch ($view->type) {
            case self::STRING:
                return \FFI::string($view->bytes, $view->length);
            case self::STATUS:
                return $form & Form::STATUS_TRUE ? true : \FFI::string($view->bytes, $view->length);
            case self::INTEGER:
                return $view->integer;
            case self::ERROR:
                return self::error(\FFI::string($view->bytes, $view->length));
            case self::ARRAY:
            case self::MAP:
            case self::FAILURE:
                return self::formed(self::whole($library, $reply, $entry, $form)->read(), $form);
            default:
                return $form & Form::NIL_FALSE ? false : null;
        }
    }

    /**
     * The values of a list, each in a form of its own.
     *
     * @param list<int> $forms
     * @return list<mixed>
     */
    public static function values(Library $library, CData $reply, array $forms): array
    {
        $reader = self::whole($library, $reply, 1, Form::PLAIN);
        $values = [];
        foreach ($forms as $form) {
            $reader->form = $form;
            $values[] = self::formed($reader->read(), $form);
        }
        return $values;
    }

    private static function formed(mixed $value, int $form): mixed
    {
        if (!($form & Form::PAIRS) || !\is_array($value) || !\array_is_list($value)) {
            return $value;
        }
        $pairs = [];
        for ($i = 0, $end = \count($value) - 1; $i < $end; $i += 2) {
            $pairs[$value[$i]] = $value[$i + 1];
        }
        return $pairs;
    }

    private static function whole(Library $library, CData $reply, int $entry, int $form): self
    {
        $data = $library->ffi->new($library->data);
        $library->ffi->rediscluster_reply_data($reply, \FFI::addr($data), null);
        $bytes = $data->bytes;
        $entries = $data->entries;
        return new self(
            $bytes === null ? '' : \FFI::string($bytes, $data->bytes_length),
            $library->ffi->cast($library->numbers, $entries),
            2 * $entry,
            $form,
        );
    }

    private static function error(string $message): ServerException
    {
        return new ServerException($message, executed: true);
    }

    private function read(): mixed
    {
        $head = $this->numbers[$this->next++];
        $data = $this->numbers[$this->next++];
        $length = $head >> 8;
        switch ($head & 0xff) {
            case self::STRING:
                return \substr($this->bytes, $data, $length);
            case self::STATUS:
                return $this->form & Form::STATUS_TRUE ? true : \substr($this->bytes, $data, $length);
            case self::INTEGER:
                return $data;
            case self::ERROR:
                return self::error(\substr($this->bytes, $data, $length));
            case self::ARRAY:
                return $this->list($length);
            case self::MAP:
                return $this->map($length);
            case self::FAILURE:
                [$code, $message, $node, $executed] = $this->list($length);
                return Exception::of($code, $message, \is_string($node) ? $node : null, $executed);
            default:
                return $this->form & Form::NIL_FALSE ? false : null;
        }
    }

    /**
     * The loop that costs: strings, which most lists are made of, are cut out without a call of read().
     *
     * @return list<mixed>
     */
    private function list(int $length): array
    {
        $bytes = $this->bytes;
        $numbers = $this->numbers;
        $next = $this->next;
        $list = [];
        for (; $length > 0; $length--) {
            $head = $numbers[$next];
            if (($head & 0xff) === self::STRING) {
                $list[] = \substr($bytes, $numbers[$next + 1], $head >> 8);
                $next += 2;
            } else {
                $this->next = $next;
                $list[] = $this->read();
                $next = $this->next;
            }
        }
        $this->next = $next;
        return $list;
    }

    /** @return array<mixed> */
    private function map(int $length): array
    {
        $map = [];
        for (; $length > 0; $length -= 2) {
            $key = $this->read();
            $map[$key] = $this->read();
        }
        return $map;
    }
}
