using Microsoft.Win32.SafeHandles;
using static ZeroCopy.Tests.Support.InjectedCopy;

namespace ZeroCopy.Tests.Regressions;

/// <summary>
/// An error that means that something went wrong was taken for one that means that splice does not work here: what came next hid it, and a copy that had lost
/// data called itself good (coreutils/coreutils#277 and #278, uutils/coreutils#12605 and #13847).
/// </summary>
public sealed class ErrorMaskedByAFallbackTests : CopyTest
{
    [SkippableTheory]
    [InlineData("socket", "EIO", 3, "Source")]
    [InlineData("socket", "EIO", 4, "Destination")]
    [InlineData("socket", "ENOMEM", 1, "Source")]
    [InlineData("socket", "ENOMEM", 2, "Destination")]
    [InlineData("pipe", "ENOSPC", 4, "Destination")]
    [InlineData("file", "EIO", 3, "Source")]
    [InlineData("file", "EPIPE", 4, "Destination")]
    public void Copy_SpliceFails_IsReportedAndGoesOnFromThere(string source, string errno, int when, string side) =>
        MustSay(Run([$"splice:error={errno}:when={when}"], source, "socket"), $"{errno} {side} splice", "* None", "exact");

    [SkippableTheory]
    [InlineData("EIO", "Source")]
    [InlineData("ENOSPC", "Destination")]
    [InlineData("EXDEV", "Source")]
    public void Copy_CopyFileRangeFailsLater_IsReportedAndGoesOnFromThere(string errno, string side) =>
        MustSay(Run([$"copy_file_range:error={errno}:when=2"], "file", "file"), $"{errno} {side} copy_file_range", "2097152 CopyFileRange None", "exact");

    /// <summary>Splice is refused, so that the copy reads and writes; and then that fails.</summary>
    [SkippableTheory]
    [InlineData("recvfrom", "EIO", "socket", "socket", "Source recv")]
    [InlineData("recvfrom", "ENOMEM", "socket", "file", "Source recv")]
    [InlineData("sendto", "EIO", "socket", "socket", "Destination send")]
    [InlineData("sendto", "EPERM", "socket", "socket", "Destination send")]
    [InlineData("read", "EIO", "pipe", "socket", "Source read")]
    [InlineData("write", "ENOSPC", "socket", "appending-file", "Destination write")]
    [InlineData("write", "EIO", "socket", "appending-file", "Destination write")]
    public void Copy_WhatTakesOverFails_IsReportedAndGoesOnFromThere(string call, string errno, string source, string destination, string where) =>
        MustSay(
            Run(["splice:error=ENOSYS", $"{call}:error={errno}:when=2"], source, destination), $"{errno} {where}", "* ReadWrite ENOSYS", "exact");

    /// <summary>A process has nothing at address 0: the kernel refuses to splice from there, and to read from there is EIO.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_ReadsFailWhereSpliceIsRefused_Eio(bool isAsync)
    {
        foreach (TransferEndpoint destination in (TransferEndpoint[])[FileOf([]), NewPipe().WriteHandle, NewSockets().Near])
        {
            using SafeFileHandle source = Native.Open("/proc/self/mem", Native.O_RDONLY);
            TransferException failed = await MustFail(Started(isAsync, source, destination), TransferSide.Source, Errno.EIO);
            failed.BytesRead.Should().Be(0);
        }
    }
}
