using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Faults;

/// <summary>What is told of the machine, and of a copy: whatever fails is told, not thrown, and the ends stay as they are.</summary>
internal sealed class ProbeFaults : FaultScenario
{
    private static readonly byte[] _content = Bytes.Random(100_000);

    public override void Run(Fault? fault)
    {
        using SafeFileHandle file = UnnamedFile.Open();
        using SafeFileHandle copy = UnnamedFile.Open();
        RandomAccess.Write(file, _content, 0);
        using Pipe pipe = new();
        Arm(fault);
        KernelSupport support = KernelSupport.Probe();
        if (fault is null)
        {
            support.ToString().Should().NotContain("refused");
        }
        else if (FaultyLibc.Of(fault).IsMet && Told(support, fault.Call) is Errno told)
        {
            told.Should().BeOneOf(fault.Errno, Errno.None);
        }

        Explain(file, copy, fault);
        Explain(file, pipe.WriteHandle, fault);
        if (fault is not null)
        {
            FaultyLibc.Of(fault).Lift();
        }

        Native.Position(file).Should().Be(0);
        RandomAccess.GetLength(copy).Should().Be(0);
        pipe.BytesAvailable.Should().Be(0);
    }

    private static Errno? Told(KernelSupport support, string call) => call switch
    {
        "splice" => support.SpliceErrno,
        "tee" => support.TeeErrno,
        "vmsplice" => support.VmSpliceErrno,
        "copy_file_range" => support.CopyFileRangeErrno,
        "pipe2" => support.PipeErrno,
        _ => null,
    };

    /// <summary>Only an end that cannot be asked what it is may be refused.</summary>
    private static void Explain(SafeFileHandle source, SafeFileHandle destination, Fault? fault)
    {
        try
        {
            TransferPlan plan = Transfer.Explain(source, destination);
            plan.FallbackErrno.Should().BeOneOf(Errno.None, fault?.Errno ?? Errno.None);
        }
        catch (ArgumentException e)
        {
            fault!.Syscall.Should().BeOneOf(["statx", "fcntl"], e.Message);
        }
    }
}
