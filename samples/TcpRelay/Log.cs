namespace TcpRelaySample;

/// <summary>What a server says to whoever runs it.</summary>
internal static class Log
{
    /// <summary>Writes a line to the standard error, or not: a full disk is no reason not to serve.</summary>
    public static void Write(string line)
    {
        try
        {
            Console.Error.WriteLine(line);
        }
        catch (IOException)
        {
            // There is nobody to tell.
        }
    }
}
