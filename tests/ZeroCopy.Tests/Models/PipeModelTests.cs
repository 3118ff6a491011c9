using FsCheck;
using FsCheck.Fluent;

namespace ZeroCopy.Tests.Models;

/// <summary>Whatever is done to pipes in whatever order, they are the queues of bytes that their models are.</summary>
[TestCaseOrderer(KeptFirst.Name, KeptFirst.Assembly)]
public sealed class PipeModelTests : KernelTest
{
    private const int MostSteps = 20;

    /// <summary>The first that is written to the console opens descriptors that stay.</summary>
    static PipeModelTests() => Check.QuickThrowOnFailure(Prop.ToProperty(true));

    /// <summary>What once failed, and what is rare.</summary>
    [Theory]
    [InlineData("1 1: Write 0 4096, Write 1 1, CloseWriter 1, Splice 1 0 10, Read 1 10, Splice 1 0 10, Read 0 5000, Splice 1 0 10")]
    [InlineData("0 0: Write 0 10, CloseReader 1, Splice 0 1 10, Tee 0 1 10, CloseWriter 0, Read 0 10, Tee 0 1 10")]
    [InlineData("0 1: Map 0 10, Tee 0 1 5, Tee 0 1 5, Resize 0 1, Map 0 4097, Resize 0 0, Splice 0 1 0, Splice 0 0 0, Splice 0 0 1, Fill 0 11")]
    public void Program_Kept_PipesAreTheirModels(string program) => MustHold(PipeProgram.Parse(program));

    [Fact]
    public void Programs_Any_PipesAreTheirModels()
    {
        // Counts that end at a page or beside one as often as anywhere.
        Gen<int> nearPages =
            from page in Gen.Choose(0, 20)
            from beside in Gen.Choose(-1, 1)
            select Math.Max((page * Environment.SystemPageSize) + beside, 0);
        Gen<int> amounts = Gen.OneOf(Gen.Choose(0, 100), nearPages, Gen.Choose(0, 150_000));
        Gen<PipeCall> calls = Gen.Frequency(
            (6, Gen.Constant(PipeCall.Write)), (4, Gen.Constant(PipeCall.Map)), (7, Gen.Constant(PipeCall.Splice)), (5, Gen.Constant(PipeCall.Tee)),
            (4, Gen.Constant(PipeCall.Read)), (2, Gen.Constant(PipeCall.Fill)), (3, Gen.Constant(PipeCall.Resize)),
            (1, Gen.Constant(PipeCall.CloseReader)), (1, Gen.Constant(PipeCall.CloseWriter)));
        Gen<PipeProgram> programs =
            from pipes in Gen.Choose(2, 3)
            from capacities in Gen.Elements(0, 1, 8192, 1 << 18).ArrayOf(pipes)
            from length in Gen.Choose(1, MostSteps)
            from steps in Steps(pipes).ArrayOf(length)
            select new PipeProgram(capacities, steps);
        Programs.MustHold(programs, program => program.Smaller(), MustHold, Shell.IsContinuousIntegration ? 6000 : 200);

        Gen<PipeStep> Steps(int pipes) =>
            from call in calls
            from pipe in Gen.Choose(0, pipes - 1)
            from to in Gen.Choose(0, pipes - 1)
            from amount in amounts
            select new PipeStep(call, pipe, to, amount);
    }

    private static void MustHold(PipeProgram program) => InTime(() =>
    {
        using PipeRun run = new(program.Capacities);
        Array.ForEach(program.Steps, run.Do);
        run.Finish();
        return true;
    });
}
