namespace ZeroCopy.Tests.Support;

/// <summary>Small disks, in a mount namespace of the process that needs one.</summary>
internal static class Mounts
{
    private static readonly string _unshare = Environment.IsPrivilegedProcess ? "unshare -m" : "unshare -rm";

    /// <summary>What to put before a command line so that it runs with a tmpfs of the given size in the folder.</summary>
    public static string WithTmpfs(string folder, string size) =>
        $"{_unshare} sh -c 'mount -t tmpfs -o size={size} tmpfs {folder} && exec \"$@\"' sh";

    /// <summary>What to put before a command line so that it finds a file in place of another.</summary>
    public static string WithFile(string file, string place) => $"{_unshare} sh -c 'mount --bind {file} {place} && exec \"$@\"' sh";

    public static void SkipWithout() =>
        Skip.IfNot(Shell.Line($"{WithTmpfs("/mnt", "16k")} true").ExitCode == 0, "mounting is not allowed here");
}
