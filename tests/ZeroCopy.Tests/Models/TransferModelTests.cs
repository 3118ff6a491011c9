using FsCheck;
using FsCheck.Fluent;

namespace ZeroCopy.Tests.Models;

/// <summary>Whatever is done to a transfer and at its ends in whatever order: every byte is found where it may be, and it ends as it may.</summary>
[TestCaseOrderer(KeptFirst.Name, KeptFirst.Assembly)]
public sealed class TransferModelTests : TransferTest
{
    private const int MostSteps = 20;

    /// <summary>The first that is written to the console opens descriptors that stay.</summary>
    static TransferModelTests() => Check.QuickThrowOnFailure(Prop.ToProperty(true));

    /// <summary>What once failed, and what is rare.</summary>
    [Theory]
    [InlineData("Copy Tcp Tcp 10 0 0 0: Send A 300000, Cancel, Resume, Receive B 1000, Reset B, Resume, Resume")]
    [InlineData("Copy Pipe Unix 0 1000 4096 1: Send A 900, Cancel, Send A 300, Resume, HalfClose A, Receive B 1000")]
    [InlineData("Relay Tcp Unix 0 0 0 0: HalfClose A, Cancel, Resume, Send B 100, Cancel, Resume, Receive A 100, HalfClose B")]
    [InlineData("Relay Tcp Tcp 0 0 0 0: HalfClose B, Cancel, Send A 49613, HalfClose A, Resume")]
    [InlineData("Relay Unix Pipe 100 50 0 0: Send A 60, Send B 40, Receive A 50, Resume, Send B 60, Dispose A, Resume")]
    [InlineData("Relay Pipe Tcp 0 0 0 0: Cancel, HalfClose A, Resume, Cancel, Reset B, Resume, Resume")]
    public void Program_Kept_NoByteIsLost(string program) => MustHold(TransferProgram.Parse(program));

    [Fact]
    public void Programs_Any_NoByteIsLost()
    {
        Gen<EndKind> kinds = Gen.Elements(EndKind.Tcp, EndKind.Tcp, EndKind.Unix, EndKind.Pipe);
        Gen<TransferAction> actions = Gen.Frequency(
            (8, Gen.Constant(TransferAction.Send)), (6, Gen.Constant(TransferAction.Receive)), (2, Gen.Constant(TransferAction.HalfClose)),
            (1, Gen.Constant(TransferAction.Reset)), (1, Gen.Constant(TransferAction.Dispose)),
            (3, Gen.Constant(TransferAction.Cancel)), (4, Gen.Constant(TransferAction.Resume)));
        Gen<TransferStep> steps =
            from action in actions
            from atB in Gen.Elements(false, true)
            from amount in Gen.OneOf(Gen.Choose(1, 100), Gen.Choose(1, 20_000), Gen.Choose(1, 300_000))
            select new TransferStep(action, atB, amount);
        Gen<TransferProgram> programs =
            from isRelay in Gen.Elements(false, true)
            from a in kinds
            from b in kinds
            from prefix in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 100_000)))
            from limit in Gen.Frequency((4, Gen.Constant(0)), (1, Gen.Choose(1, 200_000)))
            from capacity in Gen.Elements(0, 0, 1, 8192, 1 << 20)
            from buffer in Gen.Elements(0, 0, 1, 20_000)
            from length in Gen.Choose(1, MostSteps)
            from program in steps.ArrayOf(length)
            select new TransferProgram(isRelay, a, b, prefix, limit, capacity, buffer, program);
        Programs.MustHold(programs, program => program.Smaller(), MustHold, Shell.IsContinuousIntegration ? 4000 : 120);
    }

    private void MustHold(TransferProgram program) => InTime(() =>
    {
        Peer a = NewPeer(program.A, program.Buffer);
        Peer b = NewPeer(program.B, program.Buffer);
        using TransferRun run = program.IsRelay ? new RelayRun(program, a, b) : new CopyRun(program, a, b);
        run.Start();
        Array.ForEach(program.Steps, run.Do);
        run.Finish();
        return true;
    });

    private Peer NewPeer(EndKind kind, int buffer) => kind switch
    {
        EndKind.Pipe => new PipePeer(buffer),
        EndKind.Unix => new SocketPeer(kind, SocketPair.Unix(NewPath()), buffer),
        _ => new SocketPeer(kind, SocketPair.Tcp(), buffer),
    };
}
