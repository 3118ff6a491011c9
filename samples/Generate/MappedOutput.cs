using Microsoft.Win32.SafeHandles;
using ZeroCopy;

namespace GenerateSample;

/// <summary>A pipe that memory is handed over to.</summary>
internal sealed class MappedOutput(SafeFileHandle pipe, VmSpliceMode mode) : IOutput
{
    private readonly VmSpliceWriter _writer = new(pipe, mode);

    public long BytesMapped => _writer.BytesMapped;

    public long BytesCopied => _writer.BytesCopied;

    public string ReasonToCopy => _writer switch
    {
        { IsCopying: false } => "too short to map",
        { FallbackErrno: Errno.None } => "no huge pages",
        _ => $"vmsplice: {_writer.FallbackErrno}",
    };

    public Span<byte> GetBlock(int length) => _writer.GetSpan(length)[..length];

    public void Send(int length)
    {
        _writer.Advance(length);
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();
}
