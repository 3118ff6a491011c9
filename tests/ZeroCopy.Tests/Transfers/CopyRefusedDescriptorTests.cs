using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Transfers;

/// <summary>A call that is refused has opened nothing that only the collector would close.</summary>
public sealed class CopyRefusedDescriptorTests : CopyTest
{
    private const int Calls = 50;

    [Theory]
    [InlineData("nothing", false)]
    [InlineData("nothing", true)]
    [InlineData("directory", false)]
    [InlineData("directory", true)]
    [InlineData("disposed", false)]
    [InlineData("disposed", true)]
    public void Copy_FromATerminalToWhatIsRefused_NoDescriptorStaysOpen(string what, bool isAsync)
    {
        (SafeFileHandle master, SafeFileHandle terminal) = Native.RawTerminal();
        Own(master);
        Own(terminal);
        SafeFileHandle disposed = FileOf([]);
        disposed.Dispose();
        TransferEndpoint refused = what switch
        {
            "nothing" => default(TransferEndpoint),
            "directory" => Own(Native.Open(Folder, Native.O_RDONLY)),
            _ => disposed,
        };
        string name = Native.UnlockedTerminalOf(master);
        OpenTimes(name).Should().Be(1);
        GC.TryStartNoGCRegion(16 << 20).Should().BeTrue("the collector would close them");
        int opened;
        try
        {
            for (int i = 0; i < Calls; i++)
            {
                MustRefuse(isAsync, terminal, refused);
            }

            opened = OpenTimes(name);
        }
        finally
        {
            GC.EndNoGCRegion();
        }

        opened.Should().Be(1);
    }

    private static void MustRefuse(bool isAsync, TransferEndpoint source, TransferEndpoint destination)
    {
        try
        {
            _ = isAsync ? Transfer.CopyAsync(source, destination).AsTask() : Task.FromResult(Transfer.Copy(source, destination));
        }
        catch (Exception e) when (e is ArgumentException or ObjectDisposedException)
        {
            return;
        }

        throw new InvalidOperationException("That is no destination.");
    }

    private static int OpenTimes(string path) => Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget == path);
}
