<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * What a user may read.
 *
 * @internal
 */
final class FilePermissions
{
    private readonly ?int $user;
    /** @var list<int> */
    private readonly array $groups;

    public function __construct(public readonly string $name)
    {
        [$status, $user] = Process::run(['id', '-u', '--', $name]);
        $this->user = $status === 0 ? (int) $user : null;
        $this->groups = \array_map(\intval(...), \explode(' ', \trim(Process::run(['id', '-G', '--', $name])[1])));
    }

    public function exists(): bool
    {
        return $this->user !== null;
    }

    /** The file itself or the folder on the way to it that keeps the user out; null: nothing does. */
    public function obstacle(string $file): ?string
    {
        $folder = \dirname($file);
        if ($folder !== $file && ($obstacle = $this->closed($folder)) !== null) {
            return $obstacle;
        }
        return $this->may($file, 4) ? null : $file;
    }

    private function closed(string $folder): ?string
    {
        $parent = \dirname($folder);
        if ($parent !== $folder && ($obstacle = $this->closed($parent)) !== null) {
            return $obstacle;
        }
        return $this->may($folder, 1) ? null : $folder;
    }

    /** By the three classes of a mode, of which the first that fits decides. */
    private function may(string $file, int $bit): bool
    {
        $of = @\stat($file);
        if ($of === false || $this->user === 0) {
            return $of !== false;
        }
        $shift = match (true) {
            $of['uid'] === $this->user => 6,
            \in_array($of['gid'], $this->groups, true) => 3,
            default => 0,
        };
        return (bool) ($of['mode'] >> $shift & $bit);
    }
}
