// Calls each part of the library once, published trimmed and self-contained. Exit code 0 when all of it works.

using System.Text;
using ZeroCopy;

using Pipe source = new(nonBlocking: true);
using Pipe copy = new(Pipe.MaxCapacity);
byte[] buffer = new byte[5];

Expect(Errno.EAGAIN, Splice.TryMove(source.ReadHandle, copy.WriteHandle, 1, SpliceFlags.NonBlock, out _));
Map(source, "hello"u8);
Expect(5, source.BytesAvailable);
Expect(5L, Tee.Duplicate(source.ReadHandle, copy.WriteHandle, 5));
Expect(5L, VmSplice.Fill(copy.ReadHandle, buffer));
Expect("hello", Encoding.ASCII.GetString(buffer));
Expect(5L, Splice.Move(source.ReadHandle, copy.WriteHandle, 5));
try
{
    Splice.Move(source.ReadHandle, source.WriteHandle, 1);
    return 1;
}
catch (ErrnoException e)
{
    Expect("splice: EINVAL (22): Invalid argument", e.Message);
}

using Pipe input = new();
Map(input, "hello"u8);
input.WriteHandle.Dispose();
await FdReadiness.WaitReadableAsync(input.ReadHandle);
CopyResult result = await Transfer.CopyAsync(input.ReadHandle, copy.WriteHandle);
Expect(5L, result.BytesCopied);
Expect(TransferPath.Splice, result.Path);

Console.WriteLine("ok");
return 0;

static unsafe void Map(Pipe pipe, ReadOnlySpan<byte> text)
{
    fixed (byte* start = text)
    {
        // The text is a constant of the program: nothing writes to it, moves it or frees it.
        IOVector segment = new(start, (nuint)text.Length);
        Expect(5L, VmSplice.Map(pipe.WriteHandle, &segment, 1));
    }
}

static void Expect<T>(T expected, T actual)
{
    if (!Equals(expected, actual))
    {
        throw new InvalidOperationException($"expected {expected}, got {actual}");
    }
}
