namespace ZeroCopy.Tests.Support;

/// <content>Buffers where the process has limits, or a debugger makes system calls fail.</content>
internal static partial class ChildProgram
{
    private const int Mebibyte = 1024 * 1024;

    private static void PageBuffers(string[] args)
    {
        switch (args)
        {
            case ["refused", .. string[] how]:
                RefuseToMap(how);
                break;
            case ["written"]:
                WriteInsteadOfMapping();
                break;
            case ["outstanding"]:
                ReachTheLimit();
                break;
            case ["addresses"]:
                RunOutOfAddresses();
                break;
            case ["locked"]:
                RunOutOfLockedMemory();
                break;
            case ["huge", .. string[] how]:
                UseHugePages(isForbidden: how.Contains("forbidden"));
                break;
            default:
                throw new ArgumentException(string.Join(' ', args), nameof(args));
        }
    }

    /// <summary>Fails to map a buffer, and writes it.</summary>
    private static void RefuseToMap(string[] how)
    {
        byte[] bytes = Bytes.Random(3 * Environment.SystemPageSize);
        using Pipe pipe = new(nonBlocking: how.Contains("non-blocking"));
        using PageBuffer buffer = new(bytes.Length);
        bytes.CopyTo(buffer.Span);
        SpliceFlags flags = how.Contains("non-block") ? SpliceFlags.NonBlock : SpliceFlags.None;
        MapIntoCall call = new(buffer, pipe.WriteHandle, bytes.Length, flags);
        Say($"{call.Try(out long count)} {count}");
        try
        {
            call.Throwing();
        }
        catch (ErrnoException e)
        {
            Say(e.Message);
        }

        string lost = buffer.Span.SequenceEqual(bytes) ? "nothing" : "something";
        Say($"mapped {buffer.BytesMapped}, in the pipe {pipe.BytesAvailable}, {lost} is lost");
        Native.Write(pipe.WriteHandle, buffer.Span).Should().Be(bytes.Length);
        Say(pipe.Read().AsSpan().SequenceEqual(bytes) ? "written" : "not the same bytes");
    }

    /// <summary>A kernel that refuses to be told twice not to wait: more than the pipe holds, part by part.</summary>
    private static void WriteInsteadOfMapping()
    {
        byte[] bytes = Bytes.Random((40 * Environment.SystemPageSize) + 7);
        using Pipe pipe = new(nonBlocking: true);
        using PageBuffer buffer = new(bytes.Length);
        bytes.CopyTo(buffer.Span);
        List<byte> read = [];
        Say(buffer.MapInto(pipe.WriteHandle, 5, SpliceFlags.NonBlock));
        while (buffer.BytesMapped < bytes.Length)
        {
            buffer.MapInto(pipe.WriteHandle, SpliceFlags.NonBlock);
            if (buffer.BytesMapped < bytes.Length)
            {
                Say(buffer.TryMapInto(pipe.WriteHandle, 1, SpliceFlags.NonBlock, out _));
            }

            read.AddRange(pipe.Read());
        }

        Say(read.ToArray().AsSpan().SequenceEqual(bytes) ? "exact" : "not the same bytes");
    }

    /// <summary>Makes buffers until that is refused, and tells what makes room for another.</summary>
    private static void ReachTheLimit()
    {
        long most = PageBuffer.MaxOutstandingBytes;
        List<PageBuffer> buffers = [];
        while (TryMake(Mebibyte, buffers))
        {
        }

        Say($"{buffers.Count} of {most / Mebibyte}, {PageBuffer.OutstandingBytes == buffers.Count * (long)Mebibyte}");
        buffers[0].Dispose();
        Say($"after disposing one: {TryMake(Mebibyte, buffers)}, and then {TryMake(Mebibyte, buffers)}");
        using Pipe pipe = new(Mebibyte);
        buffers[1].MapInto(pipe.WriteHandle);
        Say($"after handing one over: {TryMake(Mebibyte, buffers)}, and then {TryMake(Mebibyte, buffers)}");
        buffers.ForEach(buffer => buffer.Dispose());
        Say($"outstanding {PageBuffer.OutstandingBytes}");
        Say($"too large by itself: {TryMake((int)most + 1, buffers)}");
        Say($"the largest: {TryMake((int)most, buffers)}, {PageBuffer.OutstandingBytes == most}");
        GC.KeepAlive(buffers);
    }

    private static bool TryMake(int length, List<PageBuffer> buffers)
    {
        try
        {
            buffers.Add(new PageBuffer(length));
            return true;
        }
        catch (InsufficientMemoryException e)
        {
            Say(e.Message.Replace($"{PageBuffer.OutstandingBytes} bytes", "(outstanding) bytes", StringComparison.Ordinal)
                .Replace($"{PageBuffer.MaxOutstandingBytes} may", "(most) may", StringComparison.Ordinal));
            return false;
        }
    }

    /// <summary>
    /// With addresses for less than the arena gets at once; and then for some buffers, many times, since addresses come back. What is
    /// left over is for the runtime, which has to have some.
    /// </summary>
    private static void RunOutOfAddresses()
    {
        Say("ready");
        FailToGetAddresses();
        Say($"charged {PageBuffer.OutstandingBytes}");
        new PageBuffer(65 * Mebibyte).Dispose();
        Native.LimitAddresses((nuint)ProcessMemory.Addresses + (1000 * Mebibyte));
        int made = 0;
        for (; made < 200; made++)
        {
            new PageBuffer(64 * Mebibyte).Dispose();
        }

        Say($"made {made}");
    }

    /// <summary>The first failure loads what the runtime needs for it, which then needs no memory any more.</summary>
    private static void RunOutOfLockedMemory()
    {
        Say("ready");
        FailToGetAddresses();
        Native.LockAllToCome();
        FailToGetMemory();
    }

    private static void FailToGetAddresses()
    {
        new PageBuffer(1).Dispose();
        nuint unlimited = Native.LimitAddresses((nuint)ProcessMemory.Addresses + (40 * Mebibyte));
        FailToGetMemory();
        Native.LimitAddresses(unlimited);
    }

    private static void FailToGetMemory()
    {
        try
        {
            new PageBuffer(65 * Mebibyte).Dispose();
        }
        catch (ErrnoException e)
        {
            Say(e.Message);
        }
    }

    /// <summary>Tells what huge pages there are, and sends a buffer that asked for some through a pipe.</summary>
    private static void UseHugePages(bool isForbidden)
    {
        if (isForbidden)
        {
            Native.ForbidHugePages();
        }

        byte[] bytes = Bytes.Random((3 * Mebibyte) + 5);
        using PageBuffer buffer = new(bytes.Length, hugePages: true);
        Say($"size {PageBuffer.HugePageSize}, has {buffer.HasHugePages}");
        bytes.CopyTo(buffer.Span);
        using Pipe pipe = new();
        List<byte> read = [];
        while (read.Count < bytes.Length)
        {
            read.AddRange(pipe.Read((int)buffer.MapInto(pipe.WriteHandle)));
        }

        Say(read.ToArray().AsSpan().SequenceEqual(bytes) ? "exact" : "not the same bytes");
    }
}
