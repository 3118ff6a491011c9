namespace ZeroCopy.Tests.Faults;

/// <summary>A writer that maps, with a reader behind it; what fails is done once more.</summary>
internal sealed class WriterFaults(VmSpliceMode mode, bool isAsync) : FaultScenario
{
    /// <summary>Some are mapped and some copied, and together they are more than the pipe holds.</summary>
    private static readonly int[] _flushes = [50_000, 1_000, 40_000, 20_000];

    private static readonly byte[] _content = Bytes.Random(_flushes.Sum());

    public override void Run(Fault? fault)
    {
        using Pipe pipe = new();
        Task<byte[]> reading = OnItsOwnThread(pipe.ReadToEnd);
        try
        {
            Arm(fault, (int)pipe.WriteHandle.DangerousGetHandle());
            bool hasFailed = false;
            VmSpliceWriter? writer = null;
            TwiceAtMost(fault, ref hasFailed, () => writer = new VmSpliceWriter(pipe.WriteHandle, mode));
            int start = 0;
            foreach (int count in _flushes)
            {
                ReadOnlySpan<byte> bytes = _content.AsSpan(start, count);
                while (!bytes.IsEmpty)
                {
                    Memory<byte> room = default;
                    TwiceAtMost(fault, ref hasFailed, () => room = writer!.GetMemory());
                    int written = Math.Min(room.Length, bytes.Length);
                    bytes[..written].CopyTo(room.Span);
                    writer!.Advance(written);
                    bytes = bytes[written..];
                }

                TwiceAtMost(fault, ref hasFailed, () => InTime(writer!.Flush, () => writer!.FlushAsync().AsTask()));
                start += count;
            }

            TwiceAtMost(fault, ref hasFailed, () => InTime(writer!.Dispose, () => writer!.DisposeAsync().AsTask()));
            if (!hasFailed)
            {
                MayComplete(fault, writer!.FallbackErrno);
            }
        }
        finally
        {
            pipe.WriteHandle.Dispose();
        }

        reading.WaitAsync(Patience).GetAwaiter().GetResult().MustBe(_content, "each byte arrives once");
    }

    /// <summary>That a pipe can be waited for is certain.</summary>
    public override bool CanHappen(Fault fault) => base.CanHappen(fault) && (fault.Syscall != "epoll_ctl" || fault.Errno != Errno.EPERM);

    private void InTime(Action waiting, Func<Task> asynchronous)
    {
        Task task = isAsync ? asynchronous() : OnItsOwnThread(() =>
        {
            waiting();
            return true;
        });
        task.WaitAsync(Patience).GetAwaiter().GetResult();
    }
}
