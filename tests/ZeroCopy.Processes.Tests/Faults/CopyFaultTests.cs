namespace ZeroCopy.Processes.Tests.Faults;

public sealed class CopyFaultTests : FaultTest
{
    [SkippableTheory]
    [InlineData("socket-to-socket", "epoll_ctl:ADD fcntl:F_GETFL fcntl:F_GETPIPE_SZ getsockopt pipe2 poll recv splice statx")]
    [InlineData("prefix-and-socket-to-socket", "send splice")]
    [InlineData("file-to-socket", "lseek pipe2 splice")]
    [InlineData("socket-to-file", "pipe2 splice")]
    [InlineData("pipe-to-pipe", "pipe2 splice")]
    [InlineData("prefix-and-pipe-to-pipe", "splice write:own")]
    [InlineData("file-to-file", "copy_file_range lseek")]
    [InlineData("spliced-file-to-file", "splice")]
    [InlineData("file-to-appending", "read:own splice write")]
    [InlineData("socket-to-appending", "read:own splice write")]
    [InlineData("zeroes-to-socket", "isatty splice")]
    [InlineData("messages", "recv send splice")]
    [InlineData("copied-socket-to-socket", "recv send")]
    [InlineData("copied-pipe-to-pipe", "open")]
    [InlineData("copied-file-to-pipe", "read")]
    [InlineData("copied-stream-to-stream", "pread pwrite")]
    [InlineData("terminals", "isatty open pipe2 splice")]
    [InlineData("much-at-once", "splice")]
    [InlineData("file-that-was-shortened", "read:own splice")]
    [InlineData("takes-nothing", "send splice")]
    [InlineData("disk-that-is-stuck", "splice")]
    public void Copy_AnyCallFails_AllThatIsPromisedHolds(string scenario, string calls) => MustHold(scenario, calls);
}
