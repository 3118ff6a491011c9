namespace ZeroCopy.Tests.Support;

/// <summary>write(2) and read(2) on a pipe, one call each.</summary>
internal static class PipeExtensions
{
    public static void Write(this Pipe pipe, params byte[] bytes) => Native.Write(pipe.WriteHandle, bytes).Should().Be(bytes.Length);

    public static void Write(this Pipe pipe, string text) => pipe.Write(System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>One read of at most <paramref name="count"/> bytes; do not ask an empty pipe.</summary>
    public static byte[] Read(this Pipe pipe, int count = 1 << 20)
    {
        byte[] buffer = new byte[count];
        return buffer[..Native.Read(pipe.ReadHandle, buffer)];
    }

    /// <summary>Reads so many bytes, which must be those of a place.</summary>
    public static void ReadPlaced(this Pipe pipe, long place, int count, int portion = 64 * 1024)
    {
        byte[] buffer = new byte[portion];
        for (int read = 0; read < count;)
        {
            int more = Native.Read(pipe.ReadHandle, buffer.AsSpan(0, Math.Min(portion, count - read)));
            more.Should().BePositive("{0} of {1} bytes came, and then no more", read, count);
            ((ReadOnlySpan<byte>)buffer.AsSpan(0, more)).MustBePlaced(place + read);
            read += more;
        }
    }

    /// <summary>Reads until no writer is left.</summary>
    public static byte[] ReadToEnd(this Pipe pipe)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[1 << 20];
        int count;
        while ((count = Native.Read(pipe.ReadHandle, buffer)) > 0)
        {
            all.Write(buffer, 0, count);
        }

        return all.ToArray();
    }

    public static string ReadText(this Pipe pipe) => System.Text.Encoding.ASCII.GetString(pipe.Read());

    /// <summary>Fills every slot.</summary>
    public static Pipe Full(this Pipe pipe)
    {
        pipe.Write(new byte[pipe.Capacity]);
        return pipe;
    }
}
