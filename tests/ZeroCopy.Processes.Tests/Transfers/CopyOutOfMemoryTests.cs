namespace ZeroCopy.Processes.Tests.Transfers;

/// <summary>A copy that fails, and there is no memory for what it has to hand back.</summary>
public sealed class CopyOutOfMemoryTests
{
    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    public void Copy_NoMemoryForWhatIsHandedBack_SaysSoAndTheNextOneIsAsEver(string way)
    {
        const string WithMemory = "EPIPE Destination 800000 read, 800000 handed back\n";
        Child.RunAfter("export DOTNET_GCHeapHardLimit=0x4000000", "copy-without-memory", way).Text
            .Should().Be($"{WithMemory}OutOfMemoryException OutOfMemoryException\n{WithMemory}");
    }
}
