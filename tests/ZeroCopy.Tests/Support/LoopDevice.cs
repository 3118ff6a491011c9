namespace ZeroCopy.Tests.Support;

/// <summary>A block device that is a file. The test is skipped where there is no such thing.</summary>
internal sealed class LoopDevice : IDisposable
{
    public LoopDevice(string file)
    {
        Shell.SkipWithout("losetup");
        Finished attached = Shell.Run("losetup", "--find", "--show", file);
        Skip.IfNot(attached.ExitCode == 0, $"there is no loop device here: {attached.Error}");
        Path = attached.Text.Trim();
    }

    public string Path { get; }

    public void Dispose() => Shell.Run("losetup", "--detach", Path).ExitCode.Should().Be(0);
}
