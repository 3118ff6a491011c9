namespace ZeroCopy.Tests.Memory;

/// <summary>A writer whose pipe's handle is disposed before it, with bytes in the pipe.</summary>
public sealed class VmSpliceWriterHandleGoneTests : VmSpliceWriterTest
{
    /// <summary>The first call threw, and took a note that what it had not found out was so: the second one gave memory that the pipe had.</summary>
    [Fact]
    public void GetSpan_AgainAfterItFailed_GivesNoMemoryThatIsUnread()
    {
        Pipe pipe = NewPipe(Environment.SystemPageSize);
        VmSpliceWriter writer = NewWriter(pipe, VmSpliceMode.CopyingReader);
        pipe.Capacity = OneMiB;
        Write(writer, 0, OneMiB);
        writer.Flush();
        pipe.WriteHandle.Dispose();
        for (int i = 0; i < 5; i++)
        {
            try
            {
                writer.GetSpan().Clear();
            }
            catch (ObjectDisposedException)
            {
                // As good as new memory.
            }
        }

        pipe.ReadPlaced(0, OneMiB);
    }
}
