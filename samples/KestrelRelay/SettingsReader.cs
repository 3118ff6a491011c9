using System.Diagnostics.CodeAnalysis;

namespace KestrelRelaySample;

/// <summary>Reads parts of the configuration, and refuses what cannot be meant.</summary>
internal static class SettingsReader
{
    public static T Read<T>(IConfigurationSection section)
        where T : new()
    {
        try
        {
            return section.Get<T>(options => options.ErrorOnUnknownConfiguration = true) ?? new T();
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidSettingException(e.Message, e);
        }
    }

    public static void Require([DoesNotReturnIf(false)] bool condition, string path, string message)
    {
        if (!condition)
        {
            throw new InvalidSettingException($"{path}: {message}.");
        }
    }

    public static void RequireOne(int count, string path, string things) =>
        Require(count > 0, path, $"{count} is no number of {things}, of which there has to be one at least");
}
