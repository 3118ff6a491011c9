namespace ZeroCopy.Tests.Transfers;

/// <summary>A copy would have a larger pipe, and there is none to be had: it does with the one that it has.</summary>
public sealed class CopyScarcePipeTests : CopyTest
{
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public void Copy_NoDescriptorForALargerPipe_SplicesWithTheOneThatItHas(string how)
    {
        Finished child = Child.RunAfter("ulimit -n 300", "copy-with-the-only-pipe", how, "small-pipes");
        child.Text.Should().Be($"ready\n{8 << 20} Splice None\n{65536 / Environment.SystemPageSize} slots\nexact\n", child.Error);
    }
}
