using System.Runtime.CompilerServices;

namespace ZeroCopy.Tests.Support;

/// <content>Copies for which there is not enough managed memory.</content>
internal static partial class ChildProgram
{
    private static readonly byte[] _tenth = new byte[80_000];

    /// <summary>Fails with much to hand back: with memory for that, without, and with it again.</summary>
    private static void CopyWithoutMemory(bool isAsync)
    {
        FailWithMuchToHandBack(isAsync);
        int before = DescriptorsThatAreReferredTo();
        List<byte[]> taken = TakeAllMemory();
        FailWithMuchToHandBack(isAsync);
        taken.Clear();
        FailWithMuchToHandBack(isAsync);
        SpinWait.SpinUntil(() => DescriptorsThatAreReferredTo() <= before, _patience).Should().BeTrue("a pipe that could not be given back is collected");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FailWithMuchToHandBack(bool isAsync)
    {
        using Pipe source = new(1 << 20);
        using Pipe destination = new();
        for (int i = 0; i < 10; i++)
        {
            Native.Write(source.WriteHandle, _tenth).Should().Be(_tenth.Length);
        }

        source.WriteHandle.Dispose();
        destination.ReadHandle.Dispose();
        CopyOptions options = new() { PipeCapacity = 1 << 20 };
        try
        {
            _ = isAsync ? Transfer.CopyAsync(source.ReadHandle, destination.WriteHandle, options).AsTask().WaitAsync(_patience).GetAwaiter().GetResult()
                : Transfer.Copy(source.ReadHandle, destination.WriteHandle, options);
        }
        catch (TransferException e)
        {
            Say($"{e.Errno} {e.Side} {e.BytesRead} read, {e.Undelivered.Length} handed back");
        }
        catch (AggregateException e)
        {
            Say(string.Join(' ', e.InnerExceptions.Select(inner => inner.GetType().Name)));
        }
    }

    /// <summary>Leaves no room for anything large. What is small has some of its own.</summary>
    private static List<byte[]> TakeAllMemory()
    {
        List<byte[]> taken = new(capacity: 10_000);
        for (int size = 8 << 20; size >= 512 * 1024; size /= 2)
        {
            try
            {
                while (true)
                {
                    taken.Add(GC.AllocateUninitializedArray<byte>(size));
                }
            }
            catch (OutOfMemoryException)
            {
                // None of this size is left.
            }
        }

        return taken;
    }

    private static int DescriptorsThatAreReferredTo()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Directory.GetFiles("/proc/self/fd").Length;
    }
}
