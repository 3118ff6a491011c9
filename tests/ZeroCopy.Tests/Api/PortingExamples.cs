using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ZeroCopy.Tests.Api;

/// <summary>The C# of porting.md, as it stands there.</summary>
internal static class PortingExamples
{
    public static void Cat(SafeHandle input, SafeHandle output)
    {
        using Pipe pipe = new();
        long n;
        while ((n = Splice.Move(
            input, pipe.WriteHandle, 1 << 20)) > 0)
        {
            while (n > 0)
            {
                n -= Splice.Move(
                    pipe.ReadHandle, output, n);
            }
        }
    }

    public static void TeeTo(SafeHandle input, SafeHandle output, string path)
    {
        using SafeFileHandle file = File.OpenHandle(
            path, FileMode.Create, FileAccess.Write);
        long n;
        while ((n = Tee.Duplicate(
            input, output, 1 << 20)) > 0)
        {
            while (n > 0)
            {
                n -= Splice.Move(input, file, n);
            }
        }
    }

    public static void Give(SafeHandle output)
    {
        using PageBuffer x = new(1 << 20);
        x.Span.Fill((byte)'x');
        while (x.BytesMapped < x.Length)
        {
            x.MapInto(output);
        }
    }
}
