using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace GenerateSample;

/// <summary>Writes a line to standard output, over and over.</summary>
internal static class Generator
{
    /// <summary>As much as is worth a call, and still in the processor's cache when a reader copies it.</summary>
    private const int BlockSize = 256 * 1024;

    private const int ExitCodeOfSigPipe = 128 + 13;
    private const double BytesInGibibyte = 1024 * 1024 * 1024;

    /// <summary>Writes so many bytes of it, in the mode that was asked for, or null, and tells the rate where that is wanted.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(RepeatedLine line, Mode? mode, long bytes, bool tellsRate)
    {
        using SafeFileHandle standardOutput = new(1, ownsHandle: false);
        if (!Libc.IsWritable(standardOutput))
        {
            return Failed(Errno.EBADF);
        }

        bool isPipe = Libc.IsPipe(standardOutput);
        if (mode is Mode.AnyReader or Mode.CopyingReader && !isPipe)
        {
            Message.Say("standard output is no pipe, and memory can be handed over to nothing else: leave --mode out");
            return 1;
        }

        try
        {
            Libc.AskForCapacity(standardOutput);
            using IOutput output = Open(standardOutput, mode, isPipe);
            Stopwatch clock = Stopwatch.StartNew();
            Errno errno = Generate(line, output, bytes);
            if (tellsRate)
            {
                Message.Say(RateOf(output, clock.Elapsed));
            }

            return errno == Errno.None ? 0 : Failed(errno);
        }
        catch (ErrnoException e)
        {
            // No memory.
            Message.Say(e.Message);
            return 1;
        }
    }

    private static IOutput Open(SafeFileHandle standardOutput, Mode? mode, bool isPipe) => mode switch
    {
        Mode.Write => new WrittenOutput(standardOutput, "--mode write"),
        null when !isPipe => new WrittenOutput(standardOutput, "standard output is no pipe"),
        Mode.CopyingReader => new MappedOutput(standardOutput, VmSpliceMode.CopyingReader),
        _ => new MappedOutput(standardOutput, VmSpliceMode.AnyReader),
    };

    private static Errno Generate(RepeatedLine line, IOutput output, long bytes)
    {
        try
        {
            while (bytes > 0)
            {
                int length = (int)Math.Min(bytes, BlockSize);
                line.Fill(output.GetBlock(length));
                output.Send(length);
                bytes -= length;
            }

            return Errno.None;
        }
        catch (ErrnoException e)
        {
            return e.Errno;
        }
    }

    /// <summary>Who has all that he wants goes without a word, as for yes(1), which a signal ends there.</summary>
    private static int Failed(Errno errno)
    {
        if (errno == Errno.EPIPE)
        {
            return ExitCodeOfSigPipe;
        }

        Message.Say($"write error: {Marshal.GetPInvokeErrorMessage((int)errno)}");
        return 1;
    }

    private static string RateOf(IOutput output, TimeSpan time)
    {
        long bytes = output.BytesMapped + output.BytesCopied;
        string reason = output.BytesCopied > 0 ? $" ({output.ReasonToCopy})" : string.Empty;
        return FormattableString.Invariant(
            $"{bytes} bytes in {time.TotalSeconds:F3} s, {bytes / BytesInGibibyte / time.TotalSeconds:F2} GiB/s: {output.BytesMapped} mapped, {output.BytesCopied} copied{reason}");
    }
}
