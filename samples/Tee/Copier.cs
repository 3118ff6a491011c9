using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace TeeSample;

/// <summary>Copies the input to all outputs, and goes on with the others when one of them fails.</summary>
internal sealed class Copier(SafeFileHandle input, OutputSet outputs)
{
    /// <summary>As many as one fan-out takes.</summary>
    private const int MostSinks = 64;

    private const int ExitCodeOfSigPipe = 128 + 13;

    private readonly TransferCounters _counters = new();

    /// <summary>How many bytes of the input were read. Readable from any thread.</summary>
    public long Copied => _counters.BytesRead;

    public int Run()
    {
        try
        {
            // A read of nothing tells a directory, and what cannot be read.
            Errno errno = Libc.IsInherited(input) ? Libc.ReadNothing(input) : Errno.EBADF;
            if (errno == Errno.None)
            {
                Libc.AskForCapacity(input);
                Copy(input, [.. outputs.Open], _counters);
            }
            else
            {
                outputs.Report("read error", errno);
            }

            outputs.Close();
            return outputs.ExitCode;
        }
        catch (ErrnoException e) when (e.Errno == Errno.EPIPE)
        {
            return ExitCodeOfSigPipe;
        }
        catch (ArgumentException e)
        {
            // A socket of messages, or something else that has no stream of bytes.
            outputs.Report(e.Message);
            return outputs.ExitCode;
        }
    }

    private void Copy(SafeFileHandle source, Output[] sinks, TransferCounters? counters = null)
    {
        if (sinks.Length > MostSinks)
        {
            CopyInTwoParts(source, sinks, counters);
            return;
        }

        while (sinks.Length > 0)
        {
            FanOutOptions options = new() { OnSinkFailure = SinkFailurePolicy.Abort, Counters = counters };
            // No LINQ: what is generic over such values is compiled at run time, which took a tenth of the start-up.
            TransferEndpoint[] ends = new TransferEndpoint[sinks.Length];
            for (int i = 0; i < ends.Length; i++)
            {
                ends[i] = sinks[i].Handle;
            }

            FanOutResult result = Transfer.FanOut(source, ends, options);
            bool isOver = result.SourceError != Errno.None || result.IsComplete;
            for (int i = 0; i < sinks.Length; i++)
            {
                SinkResult to = result.Sinks[i];
                Errno errno = to.Error?.Errno ?? (to.Undelivered.IsEmpty ? Errno.None : CatchUp(source, sinks[i], to.Undelivered));
                if (errno != Errno.None)
                {
                    outputs.Fail(sinks[i], errno);
                }
            }

            if (result.SourceError != Errno.None)
            {
                outputs.Report("read error", result.SourceError);
            }

            sinks = isOver ? [] : Array.FindAll(sinks, sink => !sink.Handle.IsClosed);
        }
    }

    /// <summary>Brings a sink to where the one that failed has ended the fan-out for all.</summary>
    private static Errno CatchUp(SafeFileHandle source, Output sink, ReadOnlyMemory<byte> undelivered)
    {
        try
        {
            Transfer.Copy(source, sink.Handle, new CopyOptions { Prefix = undelivered, Length = 0 });
            return Errno.None;
        }
        catch (TransferException e)
        {
            return e.Errno;
        }
    }

    private void CopyInTwoParts(SafeFileHandle source, Output[] sinks, TransferCounters? counters)
    {
        using Pipe toOthers = new();
        Task others = Task.Factory.StartNew(
            () =>
            {
                using SafeFileHandle fromHere = toOthers.ReadHandle;
                Copy(fromHere, sinks[(MostSinks - 1)..]);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Copy(source, [.. sinks[..(MostSinks - 1)], new Output(string.Empty, toOthers.WriteHandle) { IsForOthers = true }], counters);
        toOthers.WriteHandle.Dispose();
        others.GetAwaiter().GetResult();
    }
}
