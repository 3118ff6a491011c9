using System.Runtime.InteropServices;

namespace ZeroCopy.Tests.Support;

/// <summary>A page of memory that is mapped into a pipe and written to afterwards, as nobody should do.</summary>
internal sealed unsafe class SharedPage : IDisposable
{
    private readonly byte* _start = (byte*)NativeMemory.AlignedAlloc((nuint)Environment.SystemPageSize, (nuint)Environment.SystemPageSize);

    public SharedPage(byte value) => Fill(value);

    public void Fill(byte value) => new Span<byte>(_start, Environment.SystemPageSize).Fill(value);

    public void MapInto(Pipe pipe)
    {
        IOVector segment = new(_start, (nuint)Environment.SystemPageSize);
        VmSplice.Map(pipe.WriteHandle, &segment, 1).Should().Be(Environment.SystemPageSize);
    }

    public void Dispose() => NativeMemory.AlignedFree(_start);
}
