using System.Text.Json;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of vmsplice.md, as it stands there.</summary>
internal static class VmSpliceExamples
{
    public static async Task WriteAsync<T>(Pipe pipe, IReadOnlyList<T> records)
    {
        await using VmSpliceWriter writer = new(pipe.WriteHandle);
        using (Utf8JsonWriter json = new(writer))
        {
            JsonSerializer.Serialize(json, records);
        }

        await writer.FlushAsync();
    }

    public static async Task RenderAsync(Pipe pipe, int length)
    {
        using PageBuffer page = new(length, hugePages: true);
        Render(page.Span);
        while (page.BytesMapped < page.Length)
        {
            int left = page.Length - page.BytesMapped;
            Errno errno = page.TryMapInto(pipe.WriteHandle, left, SpliceFlags.NonBlock, out _);
            if (errno == Errno.EAGAIN)
            {
                await FdReadiness.WaitWritableAsync(pipe.WriteHandle);
            }
            else if (errno != Errno.None)
            {
                throw new ErrnoException(errno, "vmsplice");
            }
        }
    }

    public static unsafe long Map(Pipe pipe, void* pages, nuint length)
    {
        // Of memory from mmap(2), which stays as it is until every reader of these bytes is done.
        IOVector segment = new(pages, length);
        long mapped = VmSplice.Map(pipe.WriteHandle, &segment, 1); // In an unsafe context.
        return mapped;
    }

    private static void Render(Span<byte> picture) => picture.Fill((byte)'x');
}
