using System.Text;
using Microsoft.Win32.SafeHandles;

namespace GenerateSample;

/// <summary>What is said on standard error, if that can be: nobody is there to be told that it cannot.</summary>
internal static class Message
{
    public static void Say(string message)
    {
        using SafeFileHandle standardError = new(2, ownsHandle: false);
        if (Libc.IsWritable(standardError))
        {
            Libc.Write(standardError, Encoding.UTF8.GetBytes($"generate: {message}\n"), out _);
        }
    }
}
