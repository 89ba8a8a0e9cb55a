<?php

declare(strict_types=1);

namespace RedisCluster\Doctor;

/**
 * The files that a user may read.
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

    /** The file, or the folder above it, that the user lacks permission for; null: the user may read the file. */
    public function obstacle(string $file): ?string
    {
        $folder = \dirname($file);
        if ($folder !== $file && ($obstacle = $this->closedFolder($folder)) !== null) {
            return $obstacle;
        }
        return $this->may($file, 4) ? null : $file;
    }

    private function closedFolder(string $folder): ?string
    {
        $parent = \dirname($folder);
        if ($parent !== $folder && ($obstacle = $this->closedFolder($parent)) !== null) {
            return $obstacle;
        }
        return $this->may($folder, 1) ? null : $folder;
    }

    /** By the file mode: the first of owner, group and others that matches the user applies. */
    private function may(string $file, int $bit): bool
    {
        $stat = @\stat($file);
        if ($stat === false || $this->user === 0) {
            return $stat !== false;
        }
        $shift = match (true) {
            $stat['uid'] === $this->user => 6,
            \in_array($stat['gid'], $this->groups, true) => 3,
            default => 0,
        };
        return (bool) ($stat['mode'] >> $shift & $bit);
    }
}
