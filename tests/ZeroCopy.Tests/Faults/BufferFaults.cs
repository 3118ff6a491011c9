namespace ZeroCopy.Tests.Faults;

/// <summary>A buffer that is handed over to a pipe in two parts, and disposed; what fails is done once more.</summary>
internal sealed class BufferFaults(bool hugePages) : FaultScenario
{
    private static readonly byte[] _content = Bytes.Random(30_000);

    public override void Run(Fault? fault)
    {
        using Pipe pipe = new();
        long outstanding = PageBuffer.OutstandingBytes;
        Arm(fault, (int)pipe.WriteHandle.DangerousGetHandle());
        bool hasFailed = false;
        PageBuffer? buffer = null;
        TwiceAtMost(fault, ref hasFailed, () => buffer = new PageBuffer(_content.Length, hugePages));
        foreach (int part in (int[])[10_000, _content.Length])
        {
            _content.AsSpan(buffer!.BytesMapped).CopyTo(buffer.Span);
            while (buffer.BytesMapped < part)
            {
                // Of madvise it may fail when all is handed over.
                TwiceAtMost(fault, ref hasFailed, () => _ = buffer.BytesMapped < part ? buffer.MapInto(pipe.WriteHandle, part - buffer.BytesMapped) : 0);
            }
        }

        TwiceAtMost(fault, ref hasFailed, buffer!.Dispose);
        if (!hasFailed)
        {
            MayComplete(fault, Errno.None);
        }

        pipe.Read().MustBe(_content, "each byte arrives once");
        PageBuffer.OutstandingBytes.Should().Be(outstanding);
    }

    /// <summary>Whether it is a pipe to write to is asked of fcntl, and told as vmsplice tells it.</summary>
    public override bool CanHappen(Fault fault) => base.CanHappen(fault) && fault.Syscall != "fcntl";

    /// <summary>It is there to map, and does nothing else in place of it.</summary>
    protected override FaultOutcome Expected(Fault fault) =>
        fault.Call == "vmsplice" && fault.Errno is not (Errno.None or Errno.EINTR) ? FaultOutcome.Fails : base.Expected(fault);
}
