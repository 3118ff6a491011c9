using System.Globalization;
using System.Text;

namespace ZeroCopy;

/// <summary>What this machine, container or sandbox permits, as it was when <see cref="Probe"/> was called.</summary>
/// <remarks>
/// What could not be found out, since there was no descriptor or memory left for that, or a sandbox hides it, is null. Immutable, and safe to share between
/// threads. Holds nothing open. <see cref="Transfer.Explain"/> tells what that means for a copy between two ends. Man pages:
/// <see href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</see>,
/// <see href="https://man7.org/linux/man-pages/man2/tee.2.html">tee(2)</see>,
/// <see href="https://man7.org/linux/man-pages/man2/vmsplice.2.html">vmsplice(2)</see>,
/// <see href="https://man7.org/linux/man-pages/man7/pipe.7.html">pipe(7)</see>.
/// </remarks>
/// <example>
/// <code>
/// KernelSupport support = KernelSupport.Probe();
/// Console.WriteLine(support);
/// </code>
/// </example>
public sealed class KernelSupport
{
    private const string Unknown = "unknown";

    internal KernelSupport()
    {
    }

    /// <summary>The release of the kernel, as <c>uname -r</c> tells it, such as <c>6.18.2-generic</c>.</summary>
    public string KernelRelease { get; internal set; } = string.Empty;

    /// <summary><see cref="Errno.None"/> if a pipe could be opened, or why not, as for <see cref="Pipe(int, bool)"/>: then little else is known.</summary>
    public Errno PipeErrno { get; internal set; }

    /// <summary>
    /// What splice(2) gave for a byte from one pipe to another: <see cref="Errno.None"/> if it moved it. ENOSYS or EPERM: the kernel lacks the call, or a
    /// sandbox forbids it; transfers then read and write.
    /// </summary>
    public Errno? SpliceErrno { get; internal set; }

    /// <summary>The same of tee(2). Where it is forbidden, fan-outs and taps read what they have once, and write it to each.</summary>
    public Errno? TeeErrno { get; internal set; }

    /// <summary>The same of vmsplice(2) for a byte of memory. Where it is forbidden, <see cref="VmSpliceWriter"/> writes.</summary>
    public Errno? VmSpliceErrno { get; internal set; }

    /// <summary>
    /// Whether vmsplice(2) has a pipe refer to the pages that it is given: a byte that was changed afterwards was changed in the pipe. False where the kernel
    /// has copied it.
    /// </summary>
    public bool? VmSpliceRefers { get; internal set; }

    /// <summary>
    /// The same of copy_file_range(2): <see cref="Errno.None"/> if the call is there. Between which files it copies is up to their file systems.
    /// </summary>
    public Errno? CopyFileRangeErrno { get; internal set; }

    /// <summary>How many bytes a new pipe holds: 16 pages, or 2 for a user who has as many pipe pages as may be had.</summary>
    public int? PipeCapacity { get; internal set; }

    /// <summary>The most bytes that this user could give a pipe, up to <see cref="Pipe.MaxCapacity"/>.</summary>
    public int? LargestPipeCapacity { get; internal set; }

    /// <summary>
    /// How many pages the pipes of an unprivileged user may have together before new ones get 2 and none can be enlarged:
    /// <c>/proc/sys/fs/pipe-user-pages-soft</c>; 0 for no limit.
    /// </summary>
    public long? UserPipePagesSoft { get; internal set; }

    /// <summary>How many they may have before none can be opened: <c>/proc/sys/fs/pipe-user-pages-hard</c>; 0 for no limit.</summary>
    public long? UserPipePagesHard { get; internal set; }

    /// <summary>
    /// To whom the system gives transparent huge pages, <c>always</c>, <c>madvise</c> (to who asks) or <c>never</c>:
    /// <c>/sys/kernel/mm/transparent_hugepage/enabled</c>.
    /// </summary>
    public string? HugePageMode { get; internal set; }

    /// <summary>How large one is, in bytes: <see cref="PageBuffer.HugePageSize"/>.</summary>
    public int? HugePageSize { get; internal set; }

    /// <summary>Whether a buffer that asked for them got one: <see cref="PageBuffer.HasHugePages"/>. Without, <see cref="VmSpliceWriter"/> mostly writes.</summary>
    public bool? HasHugePages { get; internal set; }

    /// <summary>Finds out what is permitted here, by making each call on pipes and memory of its own, all of which are gone again when it returns.</summary>
    /// <returns>What was found out. No error number is ever thrown.</returns>
    /// <exception cref="PlatformNotSupportedException">The system is not Linux.</exception>
    /// <remarks>
    /// Takes up to four descriptors and a huge page, and for a moment as many pipe pages of the user as one pipe may have. Safe to call from any thread. A process that is killed for a forbidden call, as by <c>SCMP_ACT_KILL</c>, is killed by this too.
    /// </remarks>
    public static KernelSupport Probe()
    {
        Check.Platform();
        return KernelProbe.Run();
    }

    /// <summary>All of it in several lines, for people to read.</summary>
    /// <returns>A line for the kernel, each of the calls, the pipes, their limits and huge pages, without a line break at the end.</returns>
    public override string ToString() => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"kernel           {KernelRelease}\n")
        .Append(CultureInfo.InvariantCulture, $"splice           {Permission(SpliceErrno)}\n")
        .Append(CultureInfo.InvariantCulture, $"tee              {Permission(TeeErrno)}\n")
        .Append(CultureInfo.InvariantCulture, $"vmsplice         {Permission(VmSpliceErrno)}{Manner()}\n")
        .Append(CultureInfo.InvariantCulture, $"copy_file_range  {Permission(CopyFileRangeErrno)}\n")
        .Append(CultureInfo.InvariantCulture, $"pipe             {(PipeErrno == Errno.None ? Capacities() : Permission(PipeErrno))}\n")
        .Append(CultureInfo.InvariantCulture, $"pipe pages       {Limit(UserPipePagesSoft)} soft, {Limit(UserPipePagesHard)} hard, for all pipes of the user\n")
        .Append(CultureInfo.InvariantCulture, $"huge pages       {HugePageMode ?? Unknown}{HugePages()}")
        .ToString();

    private static string Permission(Errno? errno) => errno switch
    {
        null => Unknown,
        Errno.None => "permitted",
        _ => FormattableString.Invariant($"refused: {errno} ({(int)errno})"),
    };

    private static string Limit(long? pages) => pages switch
    {
        null => Unknown,
        0 => "no limit",
        long count => count.ToString(CultureInfo.InvariantCulture),
    };

    private string Manner() => VmSpliceRefers switch
    {
        null => string.Empty,
        true => ", refers to the pages",
        false => ", copies",
    };

    private string Capacities() => FormattableString.Invariant($"{PipeCapacity} bytes, at most {LargestPipeCapacity}");

    private string HugePages() => HasHugePages switch
    {
        null => string.Empty,
        true => FormattableString.Invariant($", {HugePageSize} bytes"),
        false => ", none to be had",
    };
}
