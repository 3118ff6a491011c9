namespace ZeroCopy.Tests.Support;

internal static class Bytes
{
    /// <summary>Bytes that repeat nowhere soon, the same in every run.</summary>
    public static byte[] Random(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
